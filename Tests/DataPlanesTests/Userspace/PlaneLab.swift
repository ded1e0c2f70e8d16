import Addresses
import LoadBalancing

@testable import DataPlanes

/// A userspace data plane with a table that tests change.
final class PlaneLab {
    let plane: UserspaceDataPlane
    private(set) var table = ServiceTable()
    private(set) var problems: [FrontendAddress: FrontendProblem] = [:]

    init(_ adjust: (inout UserspaceSettings) -> Void = { _ in }) throws {
        var settings = UserspaceSettings(threads: 2)
        settings.connectTimeout = .milliseconds(300)
        settings.bindRetryInterval = .milliseconds(20)
        adjust(&settings)
        plane = try UserspaceDataPlane(settings)
    }

    func change(_ edit: (inout ServiceTable) -> Void) async throws {
        let old = table
        edit(&table)
        problems = try await plane.apply(table, table.changes(since: old))
    }

    /// One ServicePort with these backends, at these addresses.
    func serve(
        _ name: ServicePortName, at addresses: [FrontendAddress], _ backends: [Backend],
        scheduler: Scheduler = .roundRobin, affinity: UInt32? = nil, local: [Backend] = [],
        edit: (inout Frontend) -> Void = { _ in }
    ) async throws {
        try await change { table in
            table.servicePorts[name] = ServicePortState(
                cluster: backends, local: local, scheduler: scheduler, affinityTimeout: affinity)
            for address in addresses {
                var frontend = Frontend(.clusterIP, name)
                edit(&frontend)
                table.frontends[address] = frontend
            }
        }
    }
}

extension ServicePortName {
    static func web(_ protocol: L4Protocol = .tcp, _ family: IPFamily = .ipv4) -> ServicePortName {
        ServicePortName(
            namespace: "default", service: "web", port: "", protocol: `protocol`, family: family)
    }
}

extension FrontendAddress {
    init(_ text: String, _ protocol: L4Protocol = .tcp) {
        let address = IPSocketAddress(text)!
        self.init(.address(address.address), address.port, `protocol`)
    }
}

extension Backend {
    init(_ text: String, weight: UInt16 = 1) {
        let address = IPSocketAddress(text)!
        self.init(address.address, address.port, weight: weight)
    }
}
