package import Addresses
import Linux
import Wire

/// The connections of the network namespace of the thread that makes it.
package struct LabConnections: ~Copyable, Sendable {
    private var socket: NetlinkSocket

    package init() throws { socket = try NetlinkSocket(.netfilter) }

    /// Forgets all connections.
    package mutating func flush() throws {
        try socket.request(
            ConntrackMessage.delete, [], ConntrackMessage(), operation: "forget connections")
    }

    /// Makes a connection that the kernel sends on to `backend`.
    package mutating func add(
        _ original: ConntrackTuple, dnatTo backend: IPSocketAddress
    ) throws {
        var message = ConntrackMessage()
        message.original = original
        message.reply = ConntrackTuple(
            original.protocol, from: original.destination, to: original.source)
        message.dnat = backend
        try socket.request(
            ConntrackMessage.new, [.create, .exclusive], message, operation: "add a connection")
    }

    /// All connections: what was asked for, and from whom the answers come.
    package mutating func all() throws -> [(
        original: ConntrackTuple, reply: ConntrackTuple
    )] {
        try socket.dump(
            ConntrackMessage.get, ConntrackMessage(), operation: "list connections"
        ).compactMap { message in
            guard let original = message.original, let reply = message.reply else { return nil }
            return (original, reply)
        }
    }
}
