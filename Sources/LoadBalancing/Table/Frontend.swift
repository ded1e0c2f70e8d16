package import Addresses

/// An address that clients connect to.
package struct FrontendAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Host: Hashable, Sendable {
        case address(IPAddress)
        /// Every address of `ServiceTable.nodeAddresses` of this family: a NodePort.
        case node(IPFamily)
    }

    package var host: Host
    package var port: Port
    package var `protocol`: L4Protocol

    package init(_ host: Host, _ port: Port, _ protocol: L4Protocol) {
        self.host = host
        self.port = port
        self.protocol = `protocol`
    }

    package var family: IPFamily {
        switch host {
        case .address(let address): address.family
        case .node(let family): family
        }
    }

    package var isNodePort: Bool {
        if case .node = host { true } else { false }
    }

    /// `10.96.0.10:80/TCP` or `node(IPv4):30000/TCP`.
    package var description: String {
        switch host {
        case .address(let address): "\(IPSocketAddress(address, port))/\(`protocol`)"
        case .node(let family): "node(\(family)):\(port)/\(`protocol`)"
        }
    }

    private var order: (UInt8, IPAddress, Port, L4Protocol) {
        switch host {
        case .address(let address): (0, address, port, `protocol`)
        case .node(.ipv4): (1, IPAddress(ipv4: 0), port, `protocol`)
        case .node(.ipv6): (1, IPAddress(ipv6: 0, 0), port, `protocol`)
        }
    }

    package static func < (a: FrontendAddress, b: FrontendAddress) -> Bool { a.order < b.order }
}

/// What happens to connections to one FrontendAddress. "Internal" sources are Pods (by the local detector) and
/// this host; all others are external.
package struct Frontend: Equatable, Sendable {
    package enum Kind: Hashable, Sendable {
        case clusterIP, nodePort, externalIP, loadBalancerIP
    }

    /// Whether the source address is replaced by the node's.
    package enum Masquerade: Hashable, Sendable {
        case never
        case always
        /// Traffic from outside the Pod CIDRs.
        case unlessFromPod
        /// Only what this host itself sends (the short cut under externalTrafficPolicy Local).
        case fromHost
    }

    /// What a packet meets when the list is empty.
    package enum WhenEmpty: Hashable, Sendable {
        /// TCP reset or ICMP port unreachable.
        case reject
        case drop
    }

    package var kind: Kind
    package var servicePort: ServicePortName
    package var internalList: BackendList
    package var externalList: BackendList
    package var whenInternalEmpty: WhenEmpty
    package var whenExternalEmpty: WhenEmpty
    package var masquerade: Masquerade
    /// Who may connect; nil: everybody. Never set for a NodePort.
    package var sourceRanges: [IPPrefix]?

    package init(
        _ kind: Kind, _ servicePort: ServicePortName, internalList: BackendList = .cluster,
        externalList: BackendList = .cluster, whenInternalEmpty: WhenEmpty = .reject,
        whenExternalEmpty: WhenEmpty = .reject, masquerade: Masquerade = .never,
        sourceRanges: [IPPrefix]? = nil
    ) {
        self.kind = kind
        self.servicePort = servicePort
        self.internalList = internalList
        self.externalList = externalList
        self.whenInternalEmpty = whenInternalEmpty
        self.whenExternalEmpty = whenExternalEmpty
        self.masquerade = masquerade
        self.sourceRanges = sourceRanges
    }
}
