import Addresses
import Linux
import Wire

/// A connection that tests put into the kernel's table without a packet.
struct TrackedConnection: Hashable, Sendable {
    var `protocol`: L4Protocol
    var source: IPSocketAddress
    var destination: IPSocketAddress
    /// Where its packets go instead; nil: where they were sent to.
    var target: IPSocketAddress?

    init(
        _ protocol: L4Protocol, _ source: IPSocketAddress, _ destination: IPSocketAddress,
        _ target: IPSocketAddress?
    ) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
        self.target = target
    }

    init(_ entry: ConntrackEntry) {
        self.init(
            entry.protocol, entry.source, entry.destination,
            entry.isTranslated ? entry.replySource : nil)
    }

    var entry: ConntrackEntry {
        ConntrackEntry(
            `protocol`, from: source, to: destination, repliesFrom: target ?? destination,
            status: target == nil ? [] : .destinationNAT)
    }

    /// What makes the kernel track it.
    var request: ConntrackMessage {
        var message = ConntrackMessage()
        message.family = source.address.family
        message.original = ConntrackTuple(`protocol`, from: source, to: destination)
        message.reply = ConntrackTuple(`protocol`, from: destination, to: source)
        message.status = [.confirmed, .seenReply]
        message.timeout = 600
        message.destinationNAT = target
        switch `protocol` {
        case .tcp: message.tcpState = .established
        case .sctp: message.sctpState = .established
        case .udp: break
        }
        return message
    }
}

extension [TrackedConnection] {
    /// In the namespace of the calling thread.
    func insert(zone: UInt16? = nil) throws {
        var socket = try NetlinkSocket(.netfilter)
        for connection in self {
            var request = connection.request
            request.zone = zone
            try socket.request(
                .newConntrackEntry, [.create, .exclusive], request,
                operation: "track \(connection.entry)")
        }
    }
}

extension ConntrackTable {
    mutating func entries(_ filter: ConntrackFilter) throws -> [ConntrackEntry] {
        try reduce(into: [], matching: filter) { $0.append($1) }
    }
}
