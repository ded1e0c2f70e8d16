import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

@Suite struct ServiceTableCompilerTests {
    @Test("Compiling what changed gives what compiling everything gives", arguments: UInt64(1)...40)
    func incrementalEqualsFull(seed: UInt64) {
        var cluster = RandomCluster(seed: seed)
        var state = ClusterState(node: cluster.node())
        var compiler = ServiceTableCompiler()
        for _ in 0..<60 {
            var changed: Set<ObjectName> = []
            for _ in 0..<cluster.int(1...3) { changed.formUnion(state.apply(cluster.change())) }
            let before = compiler.table
            let changes = compiler.update(state.snapshot, changed: changed)
            var full = ServiceTableCompiler()
            _ = full.update(state.snapshot, changed: Set(state.snapshot.services.keys))
            #expect(compiler.table == full.table)
            #expect(changes == compiler.table.changes(since: before))
            for name in state.snapshot.services.keys {
                #expect(compiler.problems(of: name) == full.problems(of: name))
            }
        }
    }

    @Test("Services whose problems change are named", arguments: UInt64(100)...115)
    func affectedServices(seed: UInt64) {
        var cluster = RandomCluster(seed: seed)
        var state = ClusterState(node: cluster.node())
        var compiler = ServiceTableCompiler()
        for _ in 0..<60 {
            let before = problems(compiler, state.snapshot)
            let changed = state.apply(cluster.change())
            _ = compiler.update(state.snapshot, changed: changed)
            let after = problems(compiler, state.snapshot)
            for (name, now) in after where before[name] ?? [] != now {
                #expect(compiler.affected.contains(name), "\(name): \(now)")
            }
        }
    }

    private func problems(
        _ compiler: ServiceTableCompiler, _ snapshot: ClusterSnapshot
    ) -> [ObjectName: [ServiceProblem]] {
        snapshot.services.keys.reduce(into: [:]) { $0[$1] = compiler.problems(of: $1) }
    }

    @Test("Every table holds together", arguments: UInt64(200)...230)
    func invariants(seed: UInt64) {
        var cluster = RandomCluster(seed: seed)
        var state = ClusterState(node: cluster.node())
        for _ in 0..<80 { _ = state.apply(cluster.change()) }
        let table = ServiceTableCompiler.compile(state.snapshot)
        for (address, frontend) in table.frontends {
            #expect(table.servicePorts[frontend.servicePort] != nil, "\(address)")
            #expect(address.family == frontend.servicePort.family)
            #expect(frontend.kind != .nodePort || frontend.sourceRanges == nil)
        }
        for (name, port) in table.servicePorts {
            for backends in [port.cluster, port.local] {
                #expect(backends == backends.sorted())
                #expect(Set(backends.map(\.socketAddress)).count == backends.count)
                #expect(backends.allSatisfy { $0.weight > 0 && $0.port > 0 })
                #expect(backends.allSatisfy { $0.address.family == name.family })
            }
            #expect(port.local.allSatisfy { $0.isLocal })
            let chosen = Set(port.cluster.map(\.socketAddress))
            let excluded = port.excluded.filter { $0.list == .cluster }
            #expect(excluded.allSatisfy { !chosen.contains($0.backend.socketAddress) })
        }
        let oracle = Oracle(table)
        for _ in 0..<100 {
            let packet = cluster.packet()
            guard case .dnat(let forwarding) = oracle.decide(packet) else { continue }
            #expect(!forwarding.backends.isEmpty)
            #expect(forwarding.backends.allSatisfy { $0.address.family == packet.source.family })
        }
    }
}

/// Who gets an address that two Services ask for.
@Suite struct ContestedAddressTests {
    private static func service(
        _ name: String, _ clusterIP: String, created: String, external: [String] = ["198.18.0.1"]
    ) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: name, namespace: "default"), spec: ServiceSpec())
        service.metadata.creationTimestamp = created
        service.spec.type = .clusterIP
        service.spec.clusterIP = clusterIP
        service.spec.clusterIPs = [clusterIP]
        service.spec.externalIPs = external
        service.spec.ports = [ServicePort(port: 80)]
        return service
    }

    private static let address = FrontendAddress(.address(IPAddress("198.18.0.1")!), 80, .tcp)

    @Test func `The older Service has it, and when it goes the other takes over`() {
        var state = ClusterState(node: NodeContext(name: "n"))
        var compiler = ServiceTableCompiler()
        let young = Self.service("a", "10.96.0.1", created: "2026-02-01T00:00:00Z")
        let old = Self.service("b", "10.96.0.2", created: "2026-01-01T00:00:00Z")
        var changed = state.upsert(young)
        _ = compiler.update(state.snapshot, changed: changed)
        #expect(compiler.table.frontends[Self.address]?.servicePort.service == "a")
        changed = state.upsert(old)
        _ = compiler.update(state.snapshot, changed: changed)
        #expect(compiler.table.frontends[Self.address]?.servicePort.service == "b")
        #expect(compiler.affected == [young.objectName, old.objectName])
        #expect(
            compiler.problems(of: young.objectName).map(\.description) == [
                "AddressInUse: 198.18.0.1:80/TCP belongs to Service default/b, which has the older "
                    + "claim; take the address out of one of them"
            ])
        changed = state.remove(service: old.objectName)
        let changes = compiler.update(state.snapshot, changed: changed)
        #expect(compiler.table.frontends[Self.address]?.servicePort.service == "a")
        #expect(changes.frontends[Self.address]?.old?.servicePort.service == "b")
        #expect(compiler.problems(of: young.objectName).isEmpty)
        #expect(compiler.affected.contains(young.objectName))
    }

    @Test func `Nobody takes a ClusterIP away by naming it as an external IP`() {
        var state = ClusterState(node: NodeContext(name: "n"))
        var compiler = ServiceTableCompiler()
        let thief = Self.service(
            "thief", "10.96.0.1", created: "2026-01-01T00:00:00Z", external: ["10.96.0.2"])
        let owner = Self.service(
            "owner", "10.96.0.2", created: "2026-02-01T00:00:00Z", external: [])
        let changed = state.upsert(thief).union(state.upsert(owner))
        _ = compiler.update(state.snapshot, changed: changed)
        let address = FrontendAddress(.address(IPAddress("10.96.0.2")!), 80, .tcp)
        #expect(compiler.table.frontends[address]?.servicePort.service == "owner")
        #expect(compiler.problems(of: thief.objectName).count == 1)
    }
}
