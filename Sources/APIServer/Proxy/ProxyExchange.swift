import Addresses
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// One HTTP exchange with a Pod. The body comes at the pace of who takes it.
struct ProxyExchange: Sendable {
    /// As the Pod sent it, but for what is for the next hop only.
    private(set) var head: HTTPResponseHead
    /// To be read once; `advance` asks for more.
    let body: AsyncThrowingStream<ByteBuffer, any Error>
    private let answer: ProxyAnswer
    private let channel: any Channel

    private static let connectTimeout = TimeAmount.seconds(10)
    /// How long a Pod may think: no client waits longer, and one that has gone is not noticed before.
    private static let headTimeout = TimeAmount.minutes(5)

    /// Sends a request and waits for the head of the answer.
    static func open(
        to endpoint: IPSocketAddress, isTLS: Bool, _ request: HTTPRequestHead, body: [UInt8]
    ) async throws -> ProxyExchange {
        let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let answer = ProxyAnswer(continuation)
        let tls = isTLS ? try NIOSSLContext(configuration: Self.tls) : nil
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(ProxyAnswerHandler(answer))
                }
            }
            .connect(host: endpoint.address.description, port: Int(endpoint.port)).get()
        continuation.onTermination = { _ in channel.close(promise: nil) }
        return try await withTaskCancellationHandler {
            channel.write(HTTPClientRequestPart.head(request), promise: nil)
            if !body.isEmpty {
                let buffer = channel.allocator.buffer(bytes: body)
                channel.write(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            let limit = channel.eventLoop.scheduleTask(in: headTimeout) {
                channel.close(promise: nil)
            }
            defer { limit.cancel() }
            var head = try await answer.head()
            head.headers = ProxyHeaders.endToEnd(head.headers)
            return ProxyExchange(head: head, body: stream, answer: answer, channel: channel)
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Pods have certificates of their own making: their address is what is trusted, as in Kubernetes.
    private static var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        return tls
    }

    /// Reads on, unless what has come is still to be taken.
    func advance() { if answer.isDrained { channel.read() } }

    /// One chunk of the body has been taken.
    func took() { answer.took() }

    func cancel() { channel.close(promise: nil) }

    /// As `cancel`, but does not keep the exchange.
    var ending: @Sendable () -> Void { { [weak channel] in channel?.close(promise: nil) } }

    /// A redirect to another path of the same Pod stays below the proxy.
    func rewritingLocation(prefix: Substring, of endpoint: IPSocketAddress) -> ProxyExchange {
        guard let location = head.headers.first(name: "location") else { return self }
        var path = location[...]
        for scheme in ["http://", "https://"] where path.hasPrefix("\(scheme)\(endpoint)/") {
            path = path.dropFirst("\(scheme)\(endpoint)".count)
        }
        guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.hasPrefix("\(prefix)/") else {
            return self
        }
        var exchange = self
        exchange.head.headers.replaceOrAdd(name: "Location", value: "\(prefix)\(path)")
        return exchange
    }
}

/// What arrives of an answer: its head, awaited once, then the body.
private final class ProxyAnswer: Sendable {
    private struct State {
        var head: Result<HTTPResponseHead, any Error>?
        var waiting: CheckedContinuation<HTTPResponseHead, any Error>?
        var untaken = 0
    }

    private let state = Mutex(State())
    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation) {
        self.continuation = continuation
    }

    func head() async throws -> HTTPResponseHead {
        try await withCheckedThrowingContinuation { waiting in
            let known = state.withLock { state in
                if state.head == nil { state.waiting = waiting }
                return state.head
            }
            if let known { waiting.resume(with: known) }
        }
    }

    func settle(_ head: Result<HTTPResponseHead, any Error>) {
        let waiting = state.withLock { state in
            if state.head == nil { state.head = head }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(with: head)
    }

    func add(_ chunk: ByteBuffer) {
        state.withLock { $0.untaken += 1 }
        continuation.yield(chunk)
    }

    func took() { state.withLock { $0.untaken -= 1 } }
    var isDrained: Bool { state.withLock { $0.untaken == 0 } }

    func end(_ error: (any Error)? = nil) {
        settle(.failure(error ?? ProxyAnswerMissing()))
        continuation.finish(throwing: error)
    }
}

/// The Pod closed the connection without an answer, or before its end.
private struct ProxyAnswerMissing: Error, CustomStringConvertible {
    let description = "the connection was closed before the end of the answer"
}

private final class ProxyAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: ProxyAnswer
    private var isComplete = false

    init(_ answer: ProxyAnswer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // From now on who takes the body asks for it.
            context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
            answer.settle(.success(head))
        case .body(let chunk): answer.add(chunk)
        case .end:
            isComplete = true
            answer.end()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isComplete { answer.end(ProxyAnswerMissing()) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isComplete { answer.end(error) }
        context.close(promise: nil)
    }
}
