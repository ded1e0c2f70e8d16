import Addresses
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The listening sockets: TLS, then HTTP/1.1.
struct Listeners: Sendable {
    private typealias Server = NIOAsyncChannel<Accepted, Never>

    /// A new connection.
    private struct Accepted: Sendable {
        let channel: Connection.Parts
        let lane: ChunkLane
    }

    /// How long answers may take after a stop.
    private static let stopLimit = TimeAmount.seconds(5)

    let addresses: [IPSocketAddress]
    let tls: NIOSSLContext
    let limits: ClientLimits
    let handler: RequestHandler

    init(
        addresses: [IPSocketAddress], tls: APIServer.TLS, limits: ClientLimits,
        handler: RequestHandler
    ) throws {
        self.addresses = addresses
        self.tls = try NIOSSLContext(configuration: Self.configuration(tls))
        self.limits = limits
        self.handler = handler
    }

    /// A client can hold so much of the server's memory without showing who it is.
    private static let headerLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 64 << 10
        limits.maxHeaderListSize = 128 << 10
        limits.maxHeaderFieldCount = 256
        return limits
    }()

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
        let connections = Connections(mostAnonymous: limits.mostAnonymous)
        var servers: [Server] = []
        do {
            for address in addresses { servers.append(try await bind(address)) }
        } catch {
            for server in servers { try? await server.channel.close() }
            throw error
        }
        let bound = zip(servers, addresses).map { server, asked in
            Self.address(of: server.channel) ?? asked
        }
        onBound(bound)
        let channels = servers.map(\.channel)
        // The connections outlive the cancellation: they get the time to answer.
        let work = Task { [servers] in try await serve(servers, on: bound, connections) }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            connections.stop()
            for channel in channels { channel.close(promise: nil) }
            channels.first?.eventLoop.scheduleTask(in: Self.stopLimit) { connections.closeAll() }
        }
    }

    /// A listener that ends by itself ends the others too: nobody serves with half of the addresses.
    private func serve(
        _ servers: [Server], on bound: [IPSocketAddress], _ connections: Connections
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for (server, address) in zip(servers, bound) {
                group.addTask {
                    try await accept(server, on: address.description, connections)
                }
            }
        }
    }

    /// Takes connections until the stop. Where accepting fails for want of descriptors, or because the client has
    /// gone, NIO tries again after a pause.
    private func accept(
        _ server: Server, on address: String, _ connections: Connections
    ) async throws {
        do {
            try await server.executeThenClose { inbound in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await accepted in inbound {
                        let connection = Connection(
                            channel: accepted.channel, lane: accepted.lane,
                            connections: connections, handler: handler)
                        let executor = EventLoopExecutor.of(connection.channel.channel.eventLoop)
                        group.addTask(executorPreference: executor) { await connection.run() }
                    }
                }
            }
        } catch {
            if !connections.isStopping { throw ListenerEnded(address: address, reason: "\(error)") }
        }
        if !connections.isStopping, !Task.isCancelled {
            throw ListenerEnded(address: address, reason: "the socket was closed")
        }
    }

    private func bind(_ address: IPSocketAddress) async throws -> Server {
        let (tls, limits) = (tls, limits)
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .bind(host: address.address.description, port: Int(address.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let lane = ChunkLane(channel.eventLoop)
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    try pipeline.addHandler(lane)
                    try pipeline.configureHTTPServerPipeline(
                        withEncoderConfiguration: .init(),
                        withDecoderLimitConfiguration: Self.headerLimits)
                    try pipeline.addHandler(ClientPatience(limits))
                    let parts = try Connection.Parts(wrappingChannelSynchronously: channel)
                    return Accepted(channel: parts, lane: lane)
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

/// A listening socket ended though nobody had asked it to.
struct ListenerEnded: Error, CustomStringConvertible {
    let address: String
    let reason: String

    var description: String { "listening on \(address) ended: \(reason)" }
}
