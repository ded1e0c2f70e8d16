import APIClient
import Addresses
import Certificates
import Linux
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What nothing but sockets and TLS cost on this machine: a server without a store that answers a request with
/// prepared bytes. GET is answered by the large answer, everything else by a small one of the size of an object; a GET
/// that watches gets a chunk of the large answer's size after every PATCH.
struct BareServer: Sendable {
    let channel: any Channel
    let kubeconfig: Kubeconfig

    /// - Parameter large: bytes of the body that answers a GET.
    static func start(large: Int, on group: any EventLoopGroup) async throws -> BareServer {
        let now = Double(WallClock.sinceEpoch.components.seconds)
        let authority = try CertificateAuthority(commonName: "bare", now: now)
        let serving = try authority.serving(
            names: ["localhost"], addresses: [IPAddress(ipv4: 0x7F00_0001)], now: now)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(serving.certificate).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: serving.key, format: .pem)))
        let context = try NIOSSLContext(configuration: tls)
        let (big, small) = (answer(large), answer(1000))
        let watches = BareWatches(chunk: large)
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.addHandler(BareAnswers(big, small, watches))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var kubeconfig = Kubeconfig(
            server: ServerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0))
        kubeconfig.certificateAuthority = authority.credentials.certificate
        return BareServer(channel: channel, kubeconfig: kubeconfig)
    }

    private static func answer(_ length: Int) -> ByteBuffer {
        var buffer = ByteBuffer(
            string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(length)\r\n\r\n")
        buffer.writeRepeatingByte(UInt8(ascii: "x"), count: length)
        return buffer
    }
}

/// Requests of these benchmarks come whole or in two reads; the end of one is told by its length.
private final class BareAnswers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let big: ByteBuffer
    private let small: ByteBuffer
    private let watches: BareWatches
    private var pending = ByteBuffer()

    init(_ big: ByteBuffer, _ small: ByteBuffer, _ watches: BareWatches) {
        self.big = big
        self.small = small
        self.watches = watches
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        pending.writeBuffer(&buffer)
        let view = pending.readableBytesView
        guard let end = view.firstRange(of: [13, 10, 13, 10])?.upperBound else { return }
        let head = String(decoding: view[..<end], as: UTF8.self)
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
        guard view.endIndex - end >= length else { return }
        pending.clear()
        if head.hasPrefix("GET /?watch") {
            context.writeAndFlush(wrapOutboundOut(BareWatches.head), promise: nil)
            watches.add(context.channel)
            return
        }
        context.writeAndFlush(
            wrapOutboundOut(head.hasPrefix("GET") ? big : small), promise: nil)
        if head.hasPrefix("PATCH") { watches.tell() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// The connections that watch a bare server, by event loop.
private final class BareWatches: Sendable {
    static let head = ByteBuffer(
        string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n")

    private let chunk: ByteBuffer
    private let channels = Mutex<[ObjectIdentifier: [any Channel]]>([:])

    /// - Parameter size: of a chunk, with its frame.
    init(chunk size: Int) {
        let length = max(2, size - 7)
        var chunk = ByteBuffer(string: String(length, radix: 16) + "\r\n")
        chunk.writeRepeatingByte(UInt8(ascii: "x"), count: length - 2)
        chunk.writeString("}\n\r\n")
        self.chunk = chunk
    }

    func add(_ channel: any Channel) {
        let loop = ObjectIdentifier(channel.eventLoop)
        channels.withLock { $0[loop, default: []].append(channel) }
    }

    func tell() {
        for channels in channels.withLock({ Array($0.values) }) {
            channels.first?.eventLoop.execute { [chunk] in
                for channel in channels { channel.writeAndFlush(chunk, promise: nil) }
            }
        }
    }
}
