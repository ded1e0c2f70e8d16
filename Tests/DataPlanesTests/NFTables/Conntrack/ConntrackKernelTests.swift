import Addresses
import Linux
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite(
    "Flows in the kernel",
    .enabled(if: ConntrackLab.isPossible, "needs CAP_NET_ADMIN, CAP_SYS_ADMIN and nft"),
    .serialized, .blockingThreads)
struct ConntrackKernelTests {
    static let families = [IPFamily.ipv4, .ipv6]

    @Test(
        "A client whose backend has gone reaches another one with the same socket",
        arguments: families)
    func backendGone(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: lab.a)
        let client = try lab.client()
        let other = try lab.client(to: lab.otherFrontend)
        #expect(try client.ask() == "a")
        #expect(try other.ask() == "a")
        try lab.forward(to: lab.b)
        // The kernel goes on as it began.
        #expect(try client.ask() == "a")
        #expect(try await lab.setBackends([lab.b]) == 1)
        #expect(try client.ask() == "b")
        #expect(try other.ask() == "a")
        #expect(try await lab.setBackends([lab.b]) == 0)
        #expect(try client.ask() == "b")
        #expect(try Set(lab.leadsTo()) == [lab.a.socketAddress, lab.b.socketAddress])
    }

    @Test("Without a backend, and without the Service, nothing is left", arguments: families)
    func serviceGone(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: lab.a)
        #expect(try lab.client().ask() == "a")
        #expect(try lab.client(to: lab.otherFrontend).ask() == "a")
        #expect(try await lab.setBackends([]) == 1)
        #expect(try lab.leadsTo() == [lab.a.socketAddress])
        #expect(try await lab.setBackends([lab.a]) == 0)
        #expect(try lab.client().ask() == "a")
        #expect(try lab.leadsTo().count == 2)
        #expect(try await lab.change { $0.frontends[lab.frontendAddress] = nil } == 1)
        #expect(try lab.leadsTo() == [lab.a.socketAddress])
    }

    @Test(
        "A flow from before the Service finds its way once the Service is there",
        arguments: families)
    func serviceComes(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: nil)
        _ = try await lab.change { $0.frontends[lab.frontendAddress] = nil }
        let client = try lab.client()
        // No rule yet: the packet goes by the default route, to nobody.
        #expect(try client.ask() == nil)
        try lab.forward(to: lab.a)
        #expect(try client.ask() == nil)
        let deleted = try await lab.change {
            $0.frontends[lab.frontendAddress] = Frontend(.clusterIP, lab.name)
        }
        #expect(deleted == 1)
        #expect(try client.ask() == "a")
    }

    @Test("A start deletes exactly what leads nowhere", arguments: families)
    func start(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: lab.a)
        let (client, other) = try (lab.client(), lab.client(to: lab.otherFrontend))
        #expect(try client.ask() == "a")
        #expect(try other.ask() == "a")
        #expect(try await lab.reconcile() == 0)
        try lab.forward(to: lab.b)
        lab.edit { $0.servicePorts[lab.name] = ServicePortState(cluster: [lab.b]) }
        #expect(try await lab.reconcile() == 1)
        #expect(try client.ask() == "b")
        #expect(try other.ask() == "a")
        lab.edit { $0.serviceCIDRs = [IPPrefix(lab.frontend.address, length: 16)] }
        // The other address is in the Service network, and belongs to no Service.
        #expect(try await lab.reconcile() == 1)
        #expect(try lab.leadsTo() == [lab.b.socketAddress])
    }

    @Test(
        "A start deletes flows to what the kernel served and nobody asks for", arguments: families)
    func startWithoutFrontend(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: lab.a)
        let (client, other) = try (lab.client(), lab.client(to: lab.otherFrontend))
        #expect(try client.ask() == "a")
        #expect(try other.ask() == "a")
        lab.edit { $0.frontends[lab.frontendAddress] = nil }
        #expect(try await lab.reconcile() == 0)
        #expect(try await lab.reconcile(former: [lab.frontendAddress]) == 1)
        #expect(try other.ask() == "a")
    }

    @Test("Connections to backends are counted", arguments: families)
    func counts(_ family: IPFamily) async throws {
        let lab = try await ConntrackLab(family)
        try lab.forward(to: lab.a)
        for _ in 0..<3 { #expect(try lab.client().ask() == "a") }
        try lab.forward(to: lab.b)
        for _ in 0..<2 { #expect(try lab.client().ask() == "b") }
        #expect(try lab.client(to: lab.otherFrontend).ask() == "a")
        #expect(
            try lab.count() == [
                lab.name: [lab.a.socketAddress: 3, lab.b.socketAddress: 2]
            ])
    }
}
