package import Addresses

/// One address and port that a ServicePort may forward to.
package struct Backend: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var address: IPAddress
    package var port: Port
    /// 1 unless annotation `pointsman.dev/weight` says otherwise; 0 takes no new connections.
    package var weight: UInt16
    package var place: Place

    /// Where an endpoint is, by its `nodeName`.
    package enum Place: UInt8, Hashable, Sendable, Comparable {
        case here
        /// It names no node.
        case unknown
        case elsewhere

        package static func < (a: Place, b: Place) -> Bool { a.rawValue < b.rawValue }
    }

    package init(_ address: IPAddress, _ port: Port, weight: UInt16 = 1, isLocal: Bool = true) {
        self.init(address, port, weight: weight, isLocal ? .here : .elsewhere)
    }

    package init(_ address: IPAddress, _ port: Port, weight: UInt16, _ place: Place) {
        self.address = address
        self.port = port
        self.weight = weight
        self.place = place
    }

    /// Known to be on this node.
    package var isLocal: Bool { place == .here }

    /// Whether packets that it sends may pass here, so that it may be chosen for a connection of its own. What is on
    /// another node has that node's proxy.
    package var maySendHere: Bool { place != .elsewhere }

    package var socketAddress: IPSocketAddress { IPSocketAddress(address, port) }

    package var description: String {
        "\(socketAddress)\(weight == 1 ? "" : " weight \(weight)")\(isLocal ? "" : " remote")"
    }

    package static func < (a: Backend, b: Backend) -> Bool {
        (a.address, a.port) < (b.address, b.port)
    }
}

/// A backend that is not used, and why: what `pointsman explain` prints.
package struct ExcludedBackend: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable, CustomStringConvertible {
        case notReady
        /// Terminating, while there are ready backends.
        case terminating
        /// The cluster list leaves it out: it is hinted for another zone.
        case otherZone(hinted: [String])
        /// The cluster list leaves it out: it is hinted for another node.
        case otherNode(hinted: [String])
        /// The local list leaves it out: it is on this other node.
        case notLocal(node: String?)
        case weightZero
        /// The endpoint's address or port cannot be used.
        case invalid(String)

        package var description: String {
            switch self {
            case .notReady: "not ready"
            case .terminating: "terminating, and others are ready"
            case .otherZone(let zones): "hinted for zone \(zones.joined(separator: ", "))"
            case .otherNode(let nodes): "hinted for node \(nodes.joined(separator: ", "))"
            case .notLocal(let node): "on node \(node ?? "(unknown)")"
            case .weightZero: "weight 0"
            case .invalid(let why): why
            }
        }
    }

    package var backend: Backend
    /// Which list leaves it out.
    package var list: BackendList
    package var reason: Reason

    package init(_ backend: Backend, from list: BackendList, because reason: Reason) {
        self.backend = backend
        self.list = list
        self.reason = reason
    }

    package var description: String { "\(backend): \(reason)" }
}

/// Which of a ServicePort's two lists serves a packet.
package enum BackendList: Hashable, Sendable {
    /// All usable backends, after topology hints.
    case cluster
    /// The usable backends on this node: traffic policy Local.
    case local
}
