import APIClient
import Addresses
import Certificates
import Linux
import NIOCore
import NIOPosix
import NIOSSL

/// What nothing but sockets and TLS cost on this machine: a server without a store that answers a request with
/// prepared bytes. GET is answered by the large answer, everything else by a small one of the size of an object.
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
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.addHandler(BareAnswers(big, small))
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
    private var pending = ByteBuffer()

    init(_ big: ByteBuffer, _ small: ByteBuffer) {
        self.big = big
        self.small = small
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
        context.writeAndFlush(
            wrapOutboundOut(head.hasPrefix("GET") ? big : small), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
