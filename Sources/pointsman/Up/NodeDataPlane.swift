import Addresses
import DataPlanes
import Linux
import LoadBalancing
import Logging
import Watching

/// The data plane of a stand-alone host: nftables where it can be, else userspace; with what each needs beside it.
struct NodeDataPlane: Sendable {
    /// What the agent applies tables to.
    let plane: any DataPlane
    /// What the relay finds out between two tables.
    let recoveries: AsyncStream<[FrontendAddress: FrontendProblem]>
    /// Who changed the kernel's table behind our back.
    let foreignChanges: AsyncStream<ForeignChange>
    private let relay: UserspaceDataPlane
    /// nil: without privilege no address can be taken over.
    private let externalRoutes: ExternalAddressRoutes?

    init(
        _ choice: DataPlaneChoice, _ plan: AddressPlan, logger: Logger, time: TimeSource
    ) throws {
        let (recoveries, news) = AsyncStream<[FrontendAddress: FrontendProblem]>.makeStream()
        let (foreignChanges, foreign) = AsyncStream<ForeignChange>.makeStream()
        self.recoveries = recoveries
        self.foreignChanges = foreignChanges
        relay = try UserspaceDataPlane { news.yield($0) }
        var plane: any DataPlane = relay
        if try Self.usesNFTables(choice, plan) {
            let kernel = try NFTablesDataPlane(
                families: Set(plan.families), time: time, report: { logger.warning("\($0)") },
                onForeignChange: { foreign.yield($0) })
            plane = LoopbackNodePorts(kernel, relay: relay)
        } else if plan.isPrivileged, NFTablesSupport.missing() == nil {
            // What an earlier start has left would take the packets before the relay's listeners.
            for family in try NFTablesSupport.removeTables() {
                logger.notice("removed the nf_tables table of an earlier start (\(family))")
            }
        }
        externalRoutes = try Self.externalRoutes(plan, logger)
        if let externalRoutes { plane = RoutedDataPlane(plane, routes: externalRoutes) }
        self.plane = plane
    }

    private static func usesNFTables(
        _ choice: DataPlaneChoice, _ plan: AddressPlan
    ) throws -> Bool {
        let missing = plan.isPrivileged ? NFTablesSupport.missing() : "CAP_NET_ADMIN is missing"
        switch choice {
        case .userspace: return false
        case .auto: return missing == nil
        case .nftables:
            if let missing {
                throw CommandFailure(
                    description: "--data-plane nftables: \(missing); start as root, or use userspace")
            }
            return true
        }
    }

    private static func externalRoutes(
        _ plan: AddressPlan, _ logger: Logger
    ) throws -> ExternalAddressRoutes? {
        guard plan.isPrivileged else { return nil }
        return ExternalAddressRoutes(
            try NetworkStack(), sources: plan.nodeIPs + plan.hostAddresses,
            keeping: Set(plan.serviceCIDRs + plan.loadBalancerPools)
        ) { logger.warning("\($0)") }
    }

    var name: String { plane.name }

    /// What is in the kernel goes on forwarding when this process has ended; the next start continues with it.
    var outlivesProcess: Bool { name == "nftables" }

    func stop() async {
        await relay.stop()
        if !outlivesProcess { externalRoutes?.remove(allBut: []) }
    }
}
