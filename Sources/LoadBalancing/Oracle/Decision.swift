package import Addresses

/// What must happen to a packet, and why.
package enum Decision: Equatable, Sendable, CustomStringConvertible {
    /// Forwarded to one of the backends.
    case dnat(Forwarding)
    /// Answered: TCP reset or ICMP port unreachable.
    case reject(Reason)
    case drop(Reason)
    /// No frontend: the packet is not Pointsman's.
    case pass

    /// Where a packet may be forwarded to.
    package struct Forwarding: Equatable, Sendable {
        package var frontend: FrontendAddress
        package var servicePort: ServicePortName
        package var list: BackendList
        /// Exactly these, in the order of their addresses.
        package var backends: [Backend]
        /// Whether the frontend asks that the source address be replaced by the node's. A backend that is chosen
        /// for its own connection gets that besides: see `masquerades`.
        package var isMasqueraded: Bool
        package var source: IPAddress

        /// Whether the source address is replaced on the way to this backend.
        package func masquerades(to backend: Backend) -> Bool {
            isMasqueraded || backend.address == source && backend.maySendHere
        }
    }

    /// Why a packet is refused.
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// The ServicePort has no usable backend.
        case noBackend(ServicePortName)
        /// The traffic policy is Local, and no usable backend is on this node.
        case noLocalBackend(ServicePortName)
        /// Outside the load-balancer source ranges.
        case sourceNotAllowed(ServicePortName)
        /// A ClusterIP, but no port of its Service.
        case noSuchPort
        /// In a Service CIDR, but no ClusterIP.
        case noSuchClusterIP

        package var description: String {
            switch self {
            case .noBackend(let name): "\(name) has no usable backend"
            case .noLocalBackend(let name):
                "\(name) has traffic policy Local and no usable backend on this node"
            case .sourceNotAllowed(let name):
                "the source is not in the loadBalancerSourceRanges of \(name)"
            case .noSuchPort: "the Service of this ClusterIP has no such port"
            case .noSuchClusterIP: "no Service has this ClusterIP"
            }
        }
    }

    package var description: String {
        switch self {
        case .dnat(let forwarding):
            "dnat to \(forwarding.backends.map(\.description).joined(separator: ", "))"
                + (forwarding.isMasqueraded ? ", masquerade" : "")
        case .reject(let reason): "reject: \(reason)"
        case .drop(let reason): "drop: \(reason)"
        case .pass: "pass: no frontend has this address and port"
        }
    }
}
