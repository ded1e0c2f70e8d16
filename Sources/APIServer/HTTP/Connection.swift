import KubeAPI
import NIOCore
import NIOHTTP1
import NIOSSL

/// One client's connection: reads requests one after another and writes the answers.
struct Connection: Sendable {
    typealias Parts = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Reader = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// The most bytes of a body.
    static let bodyLimit = 3 << 20
    /// Who shows no certificate has nothing to send.
    static let anonymousBodyLimit = 4096
    /// The most bytes of a refused request that are read and thrown away to keep the connection.
    private static let discardLimit = 256 << 10
    /// How long a client that was refused may go on sending.
    private static let outlastLimit = TimeAmount.seconds(2)

    let channel: Parts
    let lane: ChunkLane
    let connections: Connections
    let handler: RequestHandler

    func run() async {
        let id = connections.add(channel.channel)
        defer { connections.remove(id) }
        // An error here is the end of this connection and of nothing else.
        try? await channel.executeThenClose { inbound, outbound in
            var reader = inbound.makeAsyncIterator()
            var certificate: ClientCertificate?
            while case .head(let head)? = try await reader.next() {
                guard connections.begin(id) else { return }
                // The handshake is over when a request arrives: now there is a certificate to ask for.
                if certificate == nil { certificate = try await peer() }
                let keepsAlive: Bool
                switch await admit(head, certificate ?? .none) {
                case .admitted(let request):
                    if !request.identity.isAnonymous { connections.identify(id) }
                    keepsAlive = try await serve(request, head, &reader, id, outbound)
                case .refused(let answer):
                    keepsAlive = try await refuse(answer, head, &reader, id, outbound)
                }
                guard connections.end(id), keepsAlive else { return }
            }
        }
    }

    private func peer() async throws -> ClientCertificate {
        let shown = try await channel.channel.nioSSL_peerCertificate().get()
        guard let der = try shown?.toDERBytes() else { return .none }
        return UserInfo(certificate: der).map { .user($0) } ?? .nameless
    }

    private enum Admission {
        /// The request, without its body.
        case admitted(APIRequest)
        case refused(APIResponse)
    }

    /// Whether the sender of a request may make it.
    private func admit(
        _ head: HTTPRequestHead, _ certificate: ClientCertificate
    ) async -> Admission {
        guard var request = APIRequest(method: head.method.rawValue, target: head.uri) else {
            return .refused(APIResponse(.badRequest("the URL is not valid")))
        }
        guard head.version.minor == 0 || head.headers["host"].count == 1 else {
            return .refused(APIResponse(.badRequest("a request has one Host header")))
        }
        request.accept = head.headers["accept"].joined(separator: ",")
        request.contentType = head.headers.first(name: "content-type") ?? ""
        request.userAgent = head.headers.first(name: "user-agent") ?? ""
        request.headers = head.headers
        request.credentials.certificate = certificate
        request.credentials.authorization = head.headers["authorization"]
        request.credentials.impersonation = Impersonation(head.headers)
        do throws(Status) {
            request.identity = try await handler.access.admit(request)
            return .admitted(request)
        } catch {
            let answer = APIResponse(error)
            return .refused(request.isPretty ? answer.indented() : answer)
        }
    }

    /// Reads the body and answers; false if the connection has to end.
    private func serve(
        _ request: APIRequest, _ head: HTTPRequestHead, _ reader: inout Reader, _ id: UInt64,
        _ outbound: Writer
    ) async throws -> Bool {
        let limit = request.identity.isAnonymous ? Self.anonymousBodyLimit : Self.bodyLimit
        guard let body = try await readBody(of: head, limit, &reader, outbound) else {
            let status = Status(
                .requestEntityTooLarge, "Request entity too large: limit is \(limit)")
            try await write(APIResponse(status), to: head, keepsAlive: false, id, outbound)
            try await outlast(&reader)
            return false
        }
        var request = request
        request.body = body
        let response = await respond(to: request)
        let keepsAlive = head.isKeepAlive && !connections.isStopping
        guard response.isStream else {
            try await write(response, to: head, keepsAlive: keepsAlive, id, outbound)
            return keepsAlive
        }
        try await handler.access.sessions.hold(request.identity, end: response.end) {
            try await write(response, to: head, keepsAlive: keepsAlive, id, outbound)
        }
        return keepsAlive
    }

    private func respond(to request: APIRequest) async -> APIResponse {
        do throws(Status) {
            guard let deadline = try RequestDeadline(request) else {
                return await handler.respond(request)
            }
            return await deadline.run(on: channel.channel.eventLoop) {
                await handler.respond(request)
            }
        } catch {
            return APIResponse(error)
        }
    }

    /// Answers a request whose body nobody wants; false if the connection has to end: the client may send more than
    /// is worth reading, or waits to be told to send.
    private func refuse(
        _ answer: APIResponse, _ head: HTTPRequestHead, _ reader: inout Reader, _ id: UInt64,
        _ outbound: Writer
    ) async throws -> Bool {
        let isRead = head.waitsToSend ? false : try await discard(&reader)
        let keepsAlive = isRead && head.isKeepAlive && !connections.isStopping
        try await write(answer, to: head, keepsAlive: keepsAlive, id, outbound)
        if !isRead { try await outlast(&reader) }
        return keepsAlive
    }

    /// A connection that is closed with bytes unread is reset, and the client may never see its answer. So what it still
    /// sends is thrown away for a moment.
    private func outlast(_ reader: inout Reader) async throws {
        let channel = channel.channel
        let end = channel.eventLoop.scheduleTask(in: Self.outlastLimit) {
            channel.close(promise: nil)
        }
        defer { end.cancel() }
        while let part = try await reader.next() {
            if case .end = part { return }
        }
    }

    /// Reads a body to its end and forgets it; false if it is too large for that.
    private func discard(_ reader: inout Reader) async throws -> Bool {
        var count = 0
        while case .body(let buffer)? = try await reader.next() {
            count += buffer.readableBytes
            if count > Self.discardLimit { return false }
        }
        return true
    }

    /// nil: the body is too large.
    private func readBody(
        of head: HTTPRequestHead, _ limit: Int, _ reader: inout Reader, _ outbound: Writer
    ) async throws -> [UInt8]? {
        // Said before the client sends it.
        let length = head.headers.first(name: "content-length").flatMap { UInt64($0) } ?? 0
        if length > UInt64(limit) { return nil }
        if head.waitsToSend {
            let go = HTTPResponseHead(version: head.version, status: .continue)
            try await outbound.write(.head(go))
        }
        var body: [UInt8] = []
        while case .body(let buffer)? = try await reader.next() {
            body.append(contentsOf: buffer.readableBytesView)
            if body.count > limit { return nil }
        }
        return body
    }
}

extension HTTPRequestHead {
    /// The client sends its body only when it is told to.
    fileprivate var waitsToSend: Bool {
        headers.first(name: "expect")?.lowercased() == "100-continue"
    }
}
