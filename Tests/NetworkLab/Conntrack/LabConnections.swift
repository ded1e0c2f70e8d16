package import Addresses
import Linux
import Wire

/// The tracked connections of the network namespace of the thread that makes it, for tests that make them without a
/// packet.
package struct LabConnections: ~Copyable, Sendable {
    private var socket: NetlinkSocket
    private var table: ConntrackTable
    /// Seconds that a connection that is made here lives.
    private static let timeout: UInt32 = 600

    package init() throws {
        let socket = try NetlinkSocket(.netfilter)
        let table = try ConntrackTable()
        self.socket = socket
        self.table = table
    }

    /// A connection that the kernel sends on to `backend`.
    package struct Connection: Hashable, Sendable, CustomStringConvertible {
        package var `protocol`: L4Protocol
        package var client: IPSocketAddress
        package var service: IPSocketAddress
        package var backend: IPSocketAddress

        package init(
            _ protocol: L4Protocol, from client: IPSocketAddress, to service: IPSocketAddress,
            at backend: IPSocketAddress
        ) {
            self.protocol = `protocol`
            self.client = client
            self.service = service
            self.backend = backend
        }

        package var description: String {
            "\(`protocol`) \(client) → \(service) at \(backend)"
        }
    }

    /// Makes an open connection.
    package mutating func add(_ connection: Connection) throws {
        var message = ConntrackMessage()
        message.family = connection.service.address.family
        message.original = ConntrackTuple(
            connection.protocol, from: connection.client, to: connection.service)
        message.reply = ConntrackTuple(
            connection.protocol, from: connection.service, to: connection.client)
        message.status = [.confirmed, .seenReply]
        message.timeout = Self.timeout
        message.destinationNAT = connection.backend
        switch connection.protocol {
        case .tcp: message.tcpState = .established
        case .sctp: message.sctpState = .established
        case .udp: break
        }
        try socket.request(
            .newConntrackEntry, [.create, .exclusive], message, operation: "add \(connection)")
    }

    /// Whether the kernel knows the connection, with this very backend.
    package mutating func contains(_ connection: Connection) throws -> Bool {
        let filter = ConntrackFilter(connection.service.address.family, connection.protocol)
        return try table.reduce(into: false, matching: filter) { found, entry in
            found =
                found
                || entry.source == connection.client
                    && entry.destination == connection.service
                    && entry.replySource == connection.backend
        }
    }

    /// Forgets all connections.
    package mutating func flush() throws {
        try socket.request(
            .deleteConntrackEntry, [], ConntrackMessage(), operation: "forget connections")
    }
}
