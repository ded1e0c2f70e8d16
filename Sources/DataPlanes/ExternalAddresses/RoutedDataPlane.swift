import Addresses
package import LoadBalancing
import Synchronization

/// A data plane under which this host answers for `externalIPs`: their routes come before their listeners, and go
/// after them.
package final class RoutedDataPlane: DataPlane {
    private let plane: any DataPlane
    private let routes: ExternalAddressRoutes
    /// Nothing was applied since `prune`.
    private let isNew = Mutex(true)

    package init(_ plane: any DataPlane, routes: ExternalAddressRoutes) {
        self.plane = plane
        self.routes = routes
    }

    package var name: String { plane.name }

    package func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        let isNew = isNew.withLock { isNew in
            defer { isNew = false }
            return isNew
        }
        guard isNew || changes.frontends.values.contains(where: \.isOfExternalAddress) else {
            return try await plane.apply(table, changes)
        }
        let addresses = table.externalAddresses
        routes.add(addresses, podCIDRs: table.podCIDRs)
        let problems = try await plane.apply(table, changes)
        routes.remove(allBut: addresses)
        return problems
    }

    package func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        isNew.withLock { $0 = true }
        routes.removeLeftovers()
        try await plane.prune(keeping: table)
    }
}

extension ServiceTable {
    fileprivate var externalAddresses: Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        for (frontend, value) in frontends where value.kind == .externalIP {
            if case .address(let address) = frontend.host { addresses.insert(address) }
        }
        return addresses
    }
}

extension ServiceTable.Change<Frontend> {
    fileprivate var isOfExternalAddress: Bool {
        old?.kind == .externalIP || new?.kind == .externalIP
    }
}
