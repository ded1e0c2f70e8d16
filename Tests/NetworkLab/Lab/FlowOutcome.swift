package import Addresses

/// What the kernel did with one first packet.
package enum FlowOutcome: Hashable, Sendable, CustomStringConvertible {
    /// It arrived there; `isMasqueraded`: not from the address that it was sent from.
    case dnat(to: IPSocketAddress, isMasqueraded: Bool)
    /// Answered with a TCP reset or ICMP port unreachable.
    case reject
    /// Nothing came of it.
    case drop
    /// It went on to where it was sent, or was delivered to this node there.
    case pass
    /// What no Service asks for.
    case unexpected(String)

    package var description: String {
        switch self {
        case .dnat(let target, let isMasqueraded):
            "dnat to \(target)\(isMasqueraded ? ", masquerade" : "")"
        case .reject: "reject"
        case .drop: "drop"
        case .pass: "pass"
        case .unexpected(let what): what
        }
    }
}

/// Everything that was seen of one first packet.
struct Evidence {
    let sent: FirstPacket
    private var arrivals: [FirstPacket] = []
    private var wasReset = false
    private var errors: [ICMPError] = []

    init(of sent: FirstPacket) { self.sent = sent }

    mutating func add(_ sighting: Sighting) {
        switch sighting {
        case .first(let packet): arrivals.append(packet)
        case .reset: wasReset = true
        case .unreachable(_, let error): errors.append(error)
        }
    }

    /// A packet that was delivered to the node may be answered by the node's own stack besides.
    var outcome: FlowOutcome {
        if arrivals.count > 1 {
            return .unexpected("arrived \(arrivals.count) times")
        }
        if let arrival = arrivals.first { return Self.outcome(of: sent, arrival) }
        if wasReset || errors.contains(where: \.isPortUnreachable) { return .reject }
        if let error = errors.first { return .unexpected("\(error)") }
        return .drop
    }

    private static func outcome(of sent: FirstPacket, _ arrival: FirstPacket) -> FlowOutcome {
        let isMasqueraded = arrival.source.address != sent.source.address
        guard arrival.destination == sent.destination else {
            return .dnat(to: arrival.destination, isMasqueraded: isMasqueraded)
        }
        return isMasqueraded ? .unexpected("pass, but from \(arrival.source.address)") : .pass
    }
}
