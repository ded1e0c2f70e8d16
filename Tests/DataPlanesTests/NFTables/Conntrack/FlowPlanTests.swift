import Addresses
import LoadBalancing
import Testing
import Wire

@testable import DataPlanes

@Suite struct FlowPlanTests {
    @Test(arguments: UDPServiceScene.destinations)
    func `Flows to a backend that is gone go, those to the others stay`(destination: String) {
        var scene = UDPServiceScene()
        let plan = scene.setBackends([.b])
        #expect(plan.removes(.flow(to: destination, .a)))
        #expect(!plan.removes(.flow(to: destination, .b)))
        #expect(plan.removes(.flow(to: destination, .c)))
        #expect(!plan.removes(.flow(to: destination, nil)))
        #expect(plan.rules.count == UDPServiceScene.destinations.count)
    }

    @Test(arguments: UDPServiceScene.destinations)
    func `Without any backend all translated flows go`(destination: String) {
        var scene = UDPServiceScene()
        let plan = scene.setBackends([])
        #expect(plan.removes(.flow(to: destination, .a)))
        #expect(plan.removes(.flow(to: destination, .b)))
    }

    @Test func `Flows of TCP and SCTP, to other ports and to other addresses stay`() {
        var scene = UDPServiceScene()
        let plan = scene.setBackends([])
        for flow: ConntrackEntry in [
            .flow(.tcp, to: "10.96.0.10:53", .a), .flow(.sctp, to: "10.96.0.10:53", .a),
            .flow(to: "10.96.0.10:54", .a), .flow(to: "10.96.0.11:53", .a),
            .flow(to: "192.0.2.2:53", .a), .flow(to: "192.0.2.9:30053", .a),
        ] {
            #expect(!plan.removes(flow), "\(flow)")
        }
    }

    @Test(arguments: [
        ExcludedBackend.Reason.terminating, .otherZone(hinted: ["z"]), .otherNode(hinted: ["n"]),
        .notLocal(node: "n"), .weightZero,
    ])
    func `A backend that serves and is only not chosen keeps its flows`(
        reason: ExcludedBackend.Reason
    ) {
        var scene = UDPServiceScene()
        let excluded = [ExcludedBackend(.a, from: .cluster, because: reason)]
        var plan = scene.setBackends([.b], excluded: excluded)
        #expect(plan.isEmpty)
        // The next change of the Service must not take them either.
        plan = scene.setBackends([.c], excluded: excluded)
        #expect(plan.removes(.flow(to: "10.96.0.10:53", .b)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .a)))
    }

    @Test(arguments: [ExcludedBackend.Reason.notReady, .invalid("port 0")])
    func `A backend that does not serve loses them`(reason: ExcludedBackend.Reason) {
        var scene = UDPServiceScene()
        let plan = scene.setBackends([.b], excluded: [.init(.a, from: .cluster, because: reason)])
        #expect(plan.removes(.flow(to: "10.96.0.10:53", .a)))
    }

    @Test func `A backend of the local list keeps its flows`() {
        var scene = UDPServiceScene()
        let plan = scene.change {
            $0.servicePorts[UDPServiceScene.dns] = ServicePortState(cluster: [.b], local: [.c])
        }
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .c)))
        #expect(plan.removes(.flow(to: "10.96.0.10:53", .a)))
    }

    @Test func `A Service that is deleted takes its flows with it`() {
        var scene = UDPServiceScene()
        let plan = scene.change {
            $0.frontends = [:]
            $0.servicePorts = [:]
        }
        for destination in UDPServiceScene.destinations {
            #expect(plan.removes(.flow(to: destination, .a)), "\(destination)")
            #expect(!plan.removes(.flow(to: destination, nil)), "\(destination)")
        }
        #expect(scene.index == UDPFrontends())
    }

    @Test func `An address that is taken away loses its flows, the others keep theirs`() {
        var scene = UDPServiceScene()
        let plan = scene.change { $0.frontends[UDPServiceScene.externalIP] = nil }
        #expect(plan.removes(.flow(to: "198.51.100.7:53", .a)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .a)))
    }

    @Test func `A new address loses the flows that were opened before there was a rule`() {
        var scene = UDPServiceScene()
        let new = FrontendAddress("10.96.0.20:53", .udp)
        let plan = scene.change { $0.frontends[new] = Frontend(.clusterIP, UDPServiceScene.dns) }
        #expect(plan.removes(.flow(to: "10.96.0.20:53", nil)))
        #expect(!plan.removes(.flow(to: "10.96.0.20:53", .a)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", nil)))
        // In another zone the flow may be translated elsewhere.
        #expect(!plan.removes(.flow(to: "10.96.0.20:53", nil, zone: 9)))
    }

    @Test func `The first backend of a Service does so too`() {
        var scene = UDPServiceScene([])
        let plan = scene.setBackends([.a])
        #expect(plan.removes(.flow(to: "10.96.0.10:53", nil)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .a)))
    }

    @Test func `An address that goes over to another Service keeps what leads to its backends`() {
        var scene = UDPServiceScene()
        var other = UDPServiceScene.dns
        other.service = "other"
        let plan = scene.change {
            $0.servicePorts[other] = ServicePortState(cluster: [.b])
            $0.frontends[UDPServiceScene.clusterIP] = Frontend(.clusterIP, other)
        }
        #expect(plan.removes(.flow(to: "10.96.0.10:53", .a)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .b)))
    }

    @Test func `A node's address with a frontend of its own is judged by that one`() {
        var scene = UDPServiceScene()
        var other = UDPServiceScene.dns
        other.service = "other"
        let own = FrontendAddress("192.0.2.2:30053", .udp)
        _ = scene.change {
            $0.servicePorts[other] = ServicePortState(cluster: [.c])
            $0.frontends[own] = Frontend(.externalIP, other)
        }
        var plan = scene.setBackends([.b])
        #expect(!plan.removes(.flow(to: "192.0.2.2:30053", .c)))
        #expect(plan.removes(.flow(to: "192.0.2.3:30053", .c)))
        // When it goes, the NodePort is what serves there.
        plan = scene.change { $0.frontends[own] = nil }
        #expect(plan.removes(.flow(to: "192.0.2.2:30053", .c)))
        #expect(!plan.removes(.flow(to: "192.0.2.2:30053", .b)))
    }

    @Test func `An address that the node gets loses what was opened before`() {
        var scene = UDPServiceScene()
        let plan = scene.change { $0.nodeAddresses.insert(IPAddress("192.0.2.4")!) }
        #expect(plan.removes(.flow(to: "192.0.2.4:30053", nil)))
        #expect(!plan.removes(.flow(to: "192.0.2.4:30053", .a)))
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", nil)))
    }

    @Test func `What takes nothing away asks for nothing`() {
        var scene = UDPServiceScene()
        let web = FrontendAddress("10.96.0.9:53")
        let plans = [
            scene.setBackends([.a, .b, .c]),
            scene.change { $0.frontends[UDPServiceScene.clusterIP]?.masquerade = .always },
            scene.change { table in
                table.servicePorts[.web()] = ServicePortState(cluster: [.a])
                table.frontends[web] = Frontend(.clusterIP, .web())
            },
            scene.change { $0.servicePorts[.web()] = ServicePortState() },
            scene.change { $0.frontends[web] = nil },
        ]
        #expect(plans.allSatisfy { $0.isEmpty })
        #expect(FlowPlan().scans.isEmpty)
    }

    @Test func `A plan that waited is judged by the table as it is now`() {
        var scene = UDPServiceScene()
        var waiting = scene.setBackends([.b])
        #expect(waiting.removes(.flow(to: "10.96.0.10:53", .a)))
        let later = scene.setBackends([.a, .b])
        #expect(later.isEmpty)
        waiting.add(later, in: scene.table)
        #expect(!waiting.removes(.flow(to: "10.96.0.10:53", .a)))
        #expect(waiting.removes(.flow(to: "10.96.0.10:53", .c)))
    }

    @Test func `An audit finds what leads nowhere and leaves what is not ours`() {
        let scene = UDPServiceScene()
        let plan = FlowPlan(auditing: scene.table, former: [])
        for destination in UDPServiceScene.destinations {
            #expect(plan.removes(.flow(to: destination, .c)), "\(destination)")
            #expect(plan.removes(.flow(to: destination, nil)), "\(destination)")
            #expect(!plan.removes(.flow(to: destination, .a)), "\(destination)")
        }
        #expect(plan.removes(.flow(to: "10.96.7.7:99", .a)))
        #expect(plan.removes(.flow(to: "10.96.7.7:99", nil)))
        #expect(!plan.removes(.flow(.tcp, to: "10.96.7.7:99", .a)))
        #expect(!plan.removes(.flow(to: "192.0.2.2:53", .c)))
        #expect(!plan.removes(.flow(to: "203.0.113.1:53", nil)))
        #expect(plan.scans == [ConntrackFilter(.ipv4, .udp)])
    }

    @Test func `An audit judges flows to what was served before and is gone now`() {
        var scene = UDPServiceScene()
        let former = Set(UDPServiceScene.frontends)
        _ = scene.change { $0.frontends[UDPServiceScene.nodePort] = nil }
        _ = scene.change { $0.frontends[UDPServiceScene.externalIP] = nil }
        let plan = FlowPlan(auditing: scene.table, former: former)
        for gone in ["198.51.100.7:53", "192.0.2.2:30053", "192.0.2.3:30053"] {
            #expect(plan.removes(.flow(to: gone, .a)), "\(gone)")
            // The node may have a server of its own there.
            #expect(!plan.removes(.flow(to: gone, nil)), "\(gone)")
            #expect(!FlowPlan(auditing: scene.table, former: []).removes(.flow(to: gone, .a)))
        }
        #expect(!plan.removes(.flow(to: "10.96.0.10:53", .a)))
        #expect(!plan.removes(.flow(to: "192.0.2.2:30054", .a)))
    }
}
