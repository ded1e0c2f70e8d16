package import KubeAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A Kubernetes API server over HTTPS, as an `ObjectSource` and an `ObjectClient`.
package final class APIClient: Sendable {
    let kubeconfig: Kubeconfig
    private let context: NIOSSLContext
    private let group: any EventLoopGroup
    private let headers: HTTPHeaders
    private let idle = Mutex<[HTTPConnection]>([])

    /// - Parameter userAgent: also the default `fieldManager` of writes, up to its first slash.
    package init(
        _ kubeconfig: Kubeconfig, userAgent: String = "pointsman"
    ) throws(KubeconfigError) {
        self.kubeconfig = kubeconfig
        group = MultiThreadedEventLoopGroup.singleton
        do {
            context = try NIOSSLContext(configuration: Self.tls(kubeconfig))
        } catch {
            throw KubeconfigError("the certificates cannot be used: \(error)")
        }
        var headers = HTTPHeaders([
            ("host", kubeconfig.server.description), ("user-agent", userAgent),
            ("accept", "application/json"),
        ])
        if let token = kubeconfig.token {
            headers.add(name: "authorization", value: "Bearer \(token)")
        }
        self.headers = headers
    }

    deinit {
        for connection in idle.withLock({ $0 }) { connection.close() }
    }

    private static func tls(_ kubeconfig: Kubeconfig) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority = kubeconfig.certificateAuthority {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        }
        if kubeconfig.insecureSkipTLSVerify { tls.certificateVerification = .none }
        if let chain = kubeconfig.clientCertificate, let key = kubeconfig.clientKey {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(chain).map {
                .certificate($0)
            }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        }
        return tls
    }

    /// SNI and the name to verify; TLS takes no address there, then the address itself is verified.
    private var serverName: String? {
        let name = kubeconfig.tlsServerName ?? kubeconfig.server.host
        let isAddress = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        return isAddress ? nil : name
    }

    private func connect() async throws(Status) -> HTTPConnection {
        try await HTTPConnection.open(
            to: kubeconfig.server, serverName: serverName, context: context, group: group)
    }
}

// MARK: - Requests

extension APIClient {
    /// Sends a request and reads the whole answer; an answer of 400 and above is thrown as its `Status`.
    func send(_ request: HTTPRequest) async throws(Status) -> [UInt8] {
        let answer = try await exchange(request)
        guard answer.code < 400 else { throw Self.failure(code: answer.code, body: answer.body) }
        return answer.body
    }

    /// Sends any request, and reads the answer as it comes, whatever its code.
    /// - Parameter path: with the query, escaped.
    package func exchange(
        _ method: String, _ path: String, contentType: String = "application/json",
        body: [UInt8] = []
    ) async throws(Status) -> HTTPAnswer {
        try await exchange(
            HTTPRequest(
                method: HTTPMethod(rawValue: method), path: path, contentType: contentType,
                body: body))
    }

    private func exchange(_ request: HTTPRequest) async throws(Status) -> HTTPAnswer {
        // The server may have closed a kept connection in the meantime: a request that got no answer on one is
        // tried once more on a new one. A create is not: it may have been done.
        if let connection = takeIdle() {
            do throws(Status) {
                return try await exchange(request, on: connection)
            } catch  where error.reason == .serviceUnavailable && request.method != .POST {}
        }
        return try await exchange(request, on: try await connect())
    }

    private func exchange(
        _ request: HTTPRequest, on connection: HTTPConnection
    ) async throws(Status) -> HTTPAnswer {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        do {
            for try await part in connection.exchange(request, headers: headers) {
                switch part {
                case .head(let received): head = received
                case .body(let bytes): body += bytes
                case .end: break
                }
            }
        } catch {
            connection.close()
            throw error as? Status ?? Status.unreachable("\(error)")
        }
        guard let head else { throw Status.unreachable("the request was cancelled") }
        if head.isKeepAlive { keep(connection) } else { connection.close() }
        return HTTPAnswer(
            code: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) },
            body: body)
    }

    /// Opens a stream of the answer's body, on a connection of its own.
    func stream(
        _ request: HTTPRequest
    ) async throws(Status) -> AsyncThrowingStream<HTTPResponsePart, any Error> {
        try await connect().exchange(request, headers: headers)
    }

    static func failure(code: Int, body: [UInt8]) -> Status {
        if let json = try? JSON(parsing: body), let status = Status(json: json) { return status }
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return Status(.internalError, "the server answered \(code): \(text)")
    }

    private func takeIdle() -> HTTPConnection? {
        idle.withLock { connections in
            while let connection = connections.popLast() {
                if connection.isActive { return connection }
            }
            return nil
        }
    }

    private func keep(_ connection: HTTPConnection) {
        let surplus = idle.withLock { connections -> HTTPConnection? in
            connections.append(connection)
            return connections.count > 8 ? connections.removeFirst() : nil
        }
        surplus?.close()
    }
}

/// An answer as it came, whatever its code.
package struct HTTPAnswer: Sendable {
    package let code: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    /// The values of a header, in the order they came.
    package func values(of header: String) -> [String] {
        headers.filter { $0.name.lowercased() == header.lowercased() }.map(\.value)
    }
}
