import Addresses
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The listening sockets: TLS, then HTTP/1.1.
struct Listeners: Sendable {
    private typealias Server = NIOAsyncChannel<Connection.Parts, Never>

    /// How long answers may take after a stop.
    private static let stopLimit = TimeAmount.seconds(5)

    let addresses: [IPSocketAddress]
    let tls: NIOSSLContext
    let logger: Logger
    let respond: @Sendable (APIRequest) async -> APIResponse

    init(
        addresses: [IPSocketAddress], tls: APIServer.TLS, logger: Logger,
        respond: @escaping @Sendable (APIRequest) async -> APIResponse
    ) throws {
        self.addresses = addresses
        self.tls = try NIOSSLContext(configuration: Self.configuration(tls))
        self.logger = logger
        self.respond = respond
    }

    /// A client may show a certificate; one that the CA did not sign ends the handshake.
    private static func configuration(_ tls: APIServer.TLS) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(tls.certificateChain)
        let key = try NIOSSLPrivateKey(bytes: tls.privateKey, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(tls.clientCA))
        configuration.certificateVerification = .optionalVerification
        return configuration
    }

    /// Serves until the task is cancelled, then ends gracefully.
    /// - Parameter onBound: gets the addresses, with the ports that were chosen, when all sockets listen.
    func run(onBound: ([IPSocketAddress]) -> Void) async throws {
        let connections = Connections()
        var servers: [Server] = []
        do {
            for address in addresses { servers.append(try await bind(address)) }
        } catch {
            for server in servers { try? await server.channel.close() }
            throw error
        }
        onBound(servers.compactMap { Self.address(of: $0.channel) })
        let channels = servers.map(\.channel)
        // The connections outlive the cancellation: they get the time to answer.
        let work = Task { [servers] in await serve(servers, connections) }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            for channel in channels { channel.close(promise: nil) }
            connections.stop()
            channels.first?.eventLoop.scheduleTask(in: Self.stopLimit) { connections.closeAll() }
        }
    }

    private func serve(_ servers: [Server], _ connections: Connections) async {
        await withDiscardingTaskGroup { group in
            for server in servers {
                group.addTask { await accept(server, connections) }
            }
        }
    }

    private func accept(_ server: Server, _ connections: Connections) async {
        do {
            try await server.executeThenClose { inbound in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await channel in inbound {
                        let connection = Connection(
                            channel: channel, connections: connections, respond: respond)
                        group.addTask { await connection.run() }
                    }
                }
            }
        } catch {
            if !connections.isStopping { logger.error("listening ended: \(error)") }
        }
    }

    private func bind(_ address: IPSocketAddress) async throws -> Server {
        let tls = tls
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .bind(host: address.address.description, port: Int(address.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    private static func address(of channel: any Channel) -> IPSocketAddress? {
        guard let local = channel.localAddress, let host = local.ipAddress, let port = local.port,
            let address = IPAddress(host)
        else { return nil }
        return IPSocketAddress(address, Port(port))
    }
}
