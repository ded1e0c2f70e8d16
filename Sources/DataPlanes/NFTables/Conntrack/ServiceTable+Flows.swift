import Addresses
import LoadBalancing

extension ServicePortState {
    /// Where flows that are open already may stay: backends in use, and those that are only not chosen for new
    /// ones. One that is in neither list, or is not serving, is gone.
    var serving: Set<IPSocketAddress> {
        var serving = Set(cluster.map(\.socketAddress)).union(local.map(\.socketAddress))
        for excluded in excluded where excluded.reason.isServing {
            serving.insert(excluded.backend.socketAddress)
        }
        return serving
    }

    var hasBackend: Bool { !cluster.isEmpty || !local.isEmpty }
}

extension ExcludedBackend.Reason {
    /// The endpoint works, and is left out for another reason.
    fileprivate var isServing: Bool {
        switch self {
        case .terminating, .otherZone, .otherNode, .notLocal, .weightZero: true
        case .notReady, .invalid: false
        }
    }
}

extension ServiceTable {
    /// Whose an address and port is: an address of its own comes before the NodePorts of the node.
    func frontend(_ address: IPSocketAddress, _ protocol: L4Protocol) -> Frontend? {
        var key = FrontendAddress(.address(address.address), address.port, `protocol`)
        if let frontend = frontends[key] { return frontend }
        guard nodeAddresses.contains(address.address) else { return nil }
        key.host = .node(address.address.family)
        return frontends[key]
    }

    /// The addresses that a frontend is reached at: of a NodePort, all of this node's.
    func destinations(of frontend: FrontendAddress) -> [IPSocketAddress] {
        switch frontend.host {
        case .address(let address): [IPSocketAddress(address, frontend.port)]
        case .node(let family):
            nodeAddresses.filter { $0.family == family }.map {
                IPSocketAddress($0, frontend.port)
            }
        }
    }
}
