import APIClient
import NIOCore
import NIOPosix
import NIOSSL

/// Opens TLS connections to a server, all on one thread.
struct Connector: Sendable {
    let kubeconfig: Kubeconfig
    let group: any EventLoopGroup
    private let context: NIOSSLContext

    init(_ kubeconfig: Kubeconfig, on group: any EventLoopGroup) throws {
        self.kubeconfig = kubeconfig
        self.group = group
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(kubeconfig.certificateAuthority ?? []))
        if let chain = kubeconfig.clientCertificate, let key = kubeconfig.clientKey {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(chain).map {
                .certificate($0)
            }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        }
        context = try NIOSSLContext(configuration: tls)
    }

    /// A connection with a handler of bytes behind TLS.
    /// - Parameter front: a handler of bytes in front of TLS.
    func connect<Handler: ChannelInboundHandler>(
        front: (@Sendable () -> any ChannelHandler)? = nil,
        _ handler: @escaping @Sendable () -> Handler
    ) async throws -> any Channel {
        try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let front { try pipeline.addHandler(front()) }
                    try pipeline.addHandler(
                        try NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(handler())
                }
            }
            .connect(host: kubeconfig.server.host, port: kubeconfig.server.port).get()
    }

    /// A request as bytes.
    func request(_ method: String, _ path: String, type: String = "", body: [UInt8] = [])
        -> ByteBuffer
    {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(kubeconfig.server)\r\n"
        head += "Accept: application/json\r\nUser-Agent: benchmark\r\n"
        if !body.isEmpty { head += "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n" }
        var buffer = ByteBuffer(string: head + "\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
