import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

@Suite struct ServiceAllocatorTests {
    private static let cidrs = [IPPrefix("10.96.0.0/27")!, IPPrefix("fd00:96::/124")!]

    private static func allocator() -> ServiceAllocator {
        ServiceAllocator(serviceCIDRs: cidrs, nodePorts: 30000...30031)
    }

    private static func service(
        _ name: String, _ type: ServiceType = .clusterIP, ports: [Int64] = [80]
    ) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: name, namespace: "default"), spec: ServiceSpec())
        service.spec.type = type
        service.spec.ports = ports.map { ServicePort(name: "p\($0)", port: $0) }
        service.spec.ipFamilyPolicy = "PreferDualStack"
        return service
    }

    @Test func `A write that fails leaks nothing`() throws {
        var allocator = Self.allocator()
        var rng = SplitMix64(seed: 1)
        for _ in 0..<200 {
            let (service, allocations) = try allocator.admit(
                Self.service("web", .nodePort, ports: [80, 81]), replacing: nil, using: &rng)
            #expect(service.spec.clusterIPs.count == 2)
            allocator.rollback(allocations)
            #expect(allocator.owner(of: IPAddress(service.spec.clusterIP)!) == nil)
        }
    }

    @Test func `What is admitted and not yet settled is given to nobody else`() throws {
        var allocator = Self.allocator()
        var rng = SplitMix64(seed: 2)
        var wanted = Self.service("a")
        wanted.spec.clusterIP = "10.96.0.9"
        wanted.spec.clusterIPs = ["10.96.0.9"]
        let (_, first) = try allocator.admit(wanted, replacing: nil, using: &rng)
        var other = wanted
        other.metadata.name = "b"
        let error = #expect(throws: Status.self) {
            try allocator.admit(other, replacing: nil, using: &rng)
        }
        #expect(
            error?.message
                == "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: "
                + "failed to allocate IP 10.96.0.9: provided IP is already allocated")
        allocator.rollback(first)
        _ = try allocator.admit(other, replacing: nil, using: &rng)
        #expect(allocator.owner(of: IPAddress("10.96.0.9")!)?.name == "b")
    }

    @Test func `A dry run takes nothing and shows the network address`() throws {
        var allocator = Self.allocator()
        var rng = SplitMix64(seed: 3)
        let (service, allocations) = try allocator.admit(
            Self.service("web", .nodePort), replacing: nil, dryRun: true, using: &rng)
        #expect(service.spec.clusterIPs == ["10.96.0.0", "fd00:96::"])
        #expect((30000...30031).contains(service.spec.ports[0].nodePort))
        #expect(allocations.isEmpty)
        #expect(allocator.owner(ofNodePort: Port(service.spec.ports[0].nodePort)) == nil)
    }

    @Test func `A full pool is an internal error in Kubernetes' words`() throws {
        var allocator = ServiceAllocator(
            serviceCIDRs: [IPPrefix("10.96.0.0/30")!], nodePorts: 30000...30000)
        var rng = SplitMix64(seed: 4)
        _ = try allocator.admit(Self.service("a", .nodePort), replacing: nil, using: &rng)
        let ports = #expect(throws: Status.self) {
            try allocator.admit(Self.service("b", .nodePort), replacing: nil, using: &rng)
        }
        #expect(ports?.message.hasSuffix("failed to allocate a nodePort: range is full") == true)
        #expect(ports?.reason == .internalError)
        _ = try allocator.admit(Self.service("b"), replacing: nil, using: &rng)
        let addresses = #expect(throws: Status.self) {
            try allocator.admit(Self.service("c"), replacing: nil, using: &rng)
        }
        #expect(
            addresses?.message.hasSuffix(
                "failed to allocate a serviceIP for Service \"default/c\": range is full") == true)
    }

    @Test func `A second CIDR of a family is used when the first is full`() throws {
        var allocator = ServiceAllocator(
            serviceCIDRs: [IPPrefix("10.96.0.0/30")!, IPPrefix("10.97.0.0/30")!],
            nodePorts: 30000...30031)
        var rng = SplitMix64(seed: 5)
        var given: Set<String> = []
        for index in 0..<4 {
            let (service, _) = try allocator.admit(
                Self.service("s\(index)"), replacing: nil, using: &rng)
            given.insert(service.spec.clusterIP)
        }
        #expect(given == ["10.96.0.1", "10.96.0.2", "10.97.0.1", "10.97.0.2"])
        #expect(allocator.families == [.ipv4])
    }

    @Test func `Stored Services keep what they hold; of two with one address the older owns it`()
        throws
    {
        var allocator = Self.allocator()
        var older = Self.service("older")
        older.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
        older.spec.clusterIPs = ["10.96.0.5"]
        var younger = older
        younger.metadata.name = "a-younger"
        younger.metadata.creationTimestamp = "2026-01-02T00:00:00Z"
        var outside = Self.service("outside", .nodePort)
        outside.spec.clusterIPs = ["10.99.0.1"]
        outside.spec.ports[0].nodePort = 40000
        let conflicts = allocator.adopt([younger, outside, older])
        #expect(
            conflicts.map(\.description).sorted() == [
                "Service default/a-younger: 10.96.0.5 belongs to default/older",
                "Service default/outside: 10.99.0.1: the provided network does not match the current range",
                "Service default/outside: nodePort 40000: provided port is not in the valid range. "
                    + "The range of valid ports is 30000-30031",
            ])
        let address = IPAddress("10.96.0.5")!
        allocator.release(of: older)
        #expect(allocator.owner(of: address)?.name == "a-younger")
        var rng = SplitMix64(seed: 6)
        var third = Self.service("third")
        third.spec.clusterIP = "10.96.0.5"
        third.spec.clusterIPs = ["10.96.0.5"]
        #expect(throws: Status.self) { try allocator.admit(third, replacing: nil, using: &rng) }
        allocator.release(of: younger)
        _ = try allocator.admit(third, replacing: nil, using: &rng)
    }
}

/// Random creates, updates, deletes and failed writes against a model that is a plain scan of all Services.
@Suite struct ServiceAllocatorPropertyTests {
    @Test("The pools hold exactly what the stored Services hold", arguments: UInt64(1)...20)
    func agreesWithModel(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let ports: ClosedRange<Port> = 30000...30040
        let cidrs = [IPPrefix("10.96.0.0/27")!, IPPrefix("fd00:96::/124")!]
        var allocator = ServiceAllocator(serviceCIDRs: cidrs, nodePorts: ports)
        var stored: [ObjectName: Service] = [:]
        for _ in 0..<300 {
            let name = ObjectName(
                namespace: "default", name: "s\(Int.random(in: 0..<12, using: &rng))")
            let old = stored[name]
            if let old, Int.random(in: 0..<4, using: &rng) == 0 {
                allocator.release(of: old)
                stored[name] = nil
            } else {
                var new = Self.random(name, &rng)
                if let old {
                    ServiceRules.prepareForUpdate(&new, replacing: old)
                } else {
                    ServiceRules.prepareForCreate(&new)
                }
                guard
                    let (service, allocations) = try? allocator.admit(
                        new, replacing: old, using: &rng)
                else { continue }
                let errors =
                    old.map { ServiceRules.updateErrors(service, replacing: $0) }
                    ?? ServiceRules.createErrors(service)
                if !errors.isEmpty || Int.random(in: 0..<5, using: &rng) == 0 {
                    allocator.rollback(allocations)
                } else {
                    allocator.commit(allocations)
                    stored[name] = service
                }
            }
            expectAgreement(allocator, stored, cidrs, ports)
        }
        var rebuilt = ServiceAllocator(serviceCIDRs: cidrs, nodePorts: ports)
        #expect(rebuilt.adopt(stored.values) == [])
        expectAgreement(rebuilt, stored, cidrs, ports)
    }

    private static func random(_ name: ObjectName, _ rng: inout SplitMix64) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: name.name, namespace: name.namespace), spec: ServiceSpec())
        let types: [ServiceType] = [.clusterIP, .nodePort, .loadBalancer, .externalName]
        service.spec.type = types.randomElement(using: &rng)!
        service.spec.externalName = "example.com"
        let names = ["a", "b", "c"].shuffled(using: &rng).prefix(Int.random(in: 1...3, using: &rng))
        service.spec.ports = names.map { portName in
            var port = ServicePort(name: portName, port: Int64.random(in: 80...82, using: &rng))
            port.protocol = Bool.random(using: &rng) ? "TCP" : "UDP"
            if service.spec.type != .clusterIP, Int.random(in: 0..<3, using: &rng) == 0 {
                port.nodePort = Int64.random(in: 29999...30041, using: &rng)
            }
            return port
        }
        if service.spec.type == .loadBalancer {
            service.spec.allocateLoadBalancerNodePorts = Bool.random(using: &rng)
            service.spec.externalTrafficPolicy = Bool.random(using: &rng) ? .local : .cluster
        }
        if service.spec.type == .clusterIP, Int.random(in: 0..<3, using: &rng) == 0 {
            service.spec.clusterIP =
                ["None", "10.96.0.\(Int.random(in: 0...31, using: &rng))"]
                .randomElement(using: &rng)!
        }
        service.spec.ipFamilyPolicy =
            [nil, "SingleStack", "PreferDualStack", "RequireDualStack"]
            .randomElement(using: &rng)!
        return service
    }

    private func expectAgreement(
        _ allocator: ServiceAllocator, _ stored: [ObjectName: Service], _ cidrs: [IPPrefix],
        _ ports: ClosedRange<Port>
    ) {
        var holders: [String: ObjectName] = [:]
        for (name, service) in stored where service.spec.type != .externalName {
            for text in service.spec.clusterIPs where text != "None" {
                #expect(holders.updateValue(name, forKey: text) == nil, "\(text) is held twice")
            }
            let nodePorts = Set(service.spec.ports.map(\.nodePort))
                .union([service.spec.healthCheckNodePort]).subtracting([0])
            for port in nodePorts {
                #expect(holders.updateValue(name, forKey: "\(port)") == nil, "\(port) held twice")
            }
        }
        let addresses = cidrs.flatMap { cidr in
            (0..<cidr.addressCount).compactMap { cidr.network.advanced(by: $0) }
        }
        #expect(addresses.allSatisfy { allocator.owner(of: $0) == holders["\($0)"] })
        #expect(ports.allSatisfy { allocator.owner(ofNodePort: $0) == holders["\($0)"] })
    }
}
