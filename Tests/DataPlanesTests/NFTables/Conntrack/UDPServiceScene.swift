import Addresses
import LoadBalancing
import Wire

@testable import DataPlanes

/// A table with a UDP Service at three kinds of address, and the plans of its changes.
struct UDPServiceScene {
    static let dns = ServicePortName(
        namespace: "kube-system", service: "dns", port: "dns", protocol: .udp, family: .ipv4)
    static let clusterIP = FrontendAddress("10.96.0.10:53", .udp)
    static let externalIP = FrontendAddress("198.51.100.7:53", .udp)
    static let nodePort = FrontendAddress(.node(.ipv4), 30053, .udp)
    static let frontends = [clusterIP, externalIP, nodePort]
    /// Where clients of the frontends send to.
    static let destinations = [
        "10.96.0.10:53", "198.51.100.7:53", "192.0.2.2:30053", "192.0.2.3:30053",
    ]

    var table = ServiceTable()
    private(set) var index = UDPFrontends()

    /// With two backends, A and B.
    init(_ backends: [Backend] = [.a, .b]) {
        table.nodeAddresses = [
            IPAddress("192.0.2.2")!, IPAddress("192.0.2.3")!, IPAddress("2001:db8::2")!,
        ]
        table.serviceCIDRs = [IPPrefix("10.96.0.0/16")!]
        table.servicePorts[Self.dns] = ServicePortState(cluster: backends)
        for address in Self.frontends { table.frontends[address] = Frontend(.clusterIP, Self.dns) }
        index = UDPFrontends(of: table)
    }

    mutating func change(_ edit: (inout ServiceTable) -> Void) -> FlowPlan {
        let old = table
        edit(&table)
        let changes = table.changes(since: old)
        index.apply(changes)
        return FlowPlan(after: changes, in: table, index)
    }

    mutating func setBackends(
        _ cluster: [Backend], excluded: [ExcludedBackend] = []
    ) -> FlowPlan {
        change {
            $0.servicePorts[Self.dns] = ServicePortState(cluster: cluster, excluded: excluded)
        }
    }
}

extension Backend {
    static let a = Backend("10.244.1.11:5353")
    static let b = Backend("10.244.1.12:5353")
    static let c = Backend("10.244.1.13:5353")
}

extension ConntrackEntry {
    /// A flow to `destination`; without a backend it was let through untranslated.
    static func flow(
        _ protocol: L4Protocol = .udp, to destination: String, _ backend: Backend?,
        zone: UInt16 = 0
    ) -> ConntrackEntry {
        let destination = IPSocketAddress(destination)!
        let client = destination.address.family == .ipv4 ? "10.244.0.5:4000" : "[fd00::5]:4000"
        return ConntrackEntry(
            `protocol`, from: IPSocketAddress(client)!, to: destination,
            repliesFrom: backend?.socketAddress ?? destination,
            status: backend == nil ? [.confirmed] : [.confirmed, .destinationNAT], zone: zone)
    }
}
