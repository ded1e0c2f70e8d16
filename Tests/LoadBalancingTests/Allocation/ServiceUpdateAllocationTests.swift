import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

/// What an update takes and what it leaves to validation.
@Suite struct ServiceUpdateAllocationTests {
    private var allocator = ServiceAllocator(
        serviceCIDRs: [IPPrefix("10.96.0.0/24")!, IPPrefix("fd00:96::/120")!],
        nodePorts: 30000...30063)
    private var rng = SplitMix64(seed: 11)

    private static func service(
        _ name: String = "web", _ change: (inout ServiceSpec) -> Void = { _ in }
    ) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: name, namespace: "shop"), spec: ServiceSpec())
        service.spec.selector = ["app": "web"]
        service.spec.ports = [ServicePort(name: "http", port: 80)]
        change(&service.spec)
        return service
    }

    private mutating func create(
        _ name: String = "web", _ change: (inout ServiceSpec) -> Void = { _ in }
    ) throws -> Service {
        var new = Self.service(name, change)
        ServiceRules.prepareForCreate(&new)
        let (service, allocations) = try allocator.admit(new, replacing: nil, using: &rng)
        allocator.commit(allocations)
        return service
    }

    /// The texts of what is wrong, whether the allocator or validation says so.
    private mutating func errors(
        _ old: Service, _ change: (inout ServiceSpec) -> Void
    ) -> [String] {
        var new = old
        change(&new.spec)
        ServiceRules.prepareForUpdate(&new, replacing: old)
        do throws(Status) {
            let (service, allocations) = try allocator.admit(new, replacing: old, using: &rng)
            allocator.rollback(allocations)
            return ServiceRules.updateErrors(service, replacing: old).map(\.description)
        } catch {
            return [error.message]
        }
    }

    @Test(
        "A changed ClusterIP may not change, be it free, taken, out of range or a network's first")
    mutating func changedAddress() throws {
        _ = try create("other") { $0.clusterIP = "10.96.0.9" }
        let old = try create { $0.clusterIP = "10.96.0.8" }
        for text in ["10.96.0.10", "10.96.0.9", "10.99.0.1", "10.96.0.0"] {
            #expect(
                errors(old) { ($0.clusterIP, $0.clusterIPs) = (text, [text]) } == [
                    "spec.clusterIPs[0]: Invalid value: [\"\(text)\"]: may not change once set"
                ])
            // The same by a client that knows only the singular, or leaves the plural out.
            #expect(
                errors(old) { ($0.clusterIP, $0.clusterIPs) = (text, []) } == [
                    "spec.clusterIPs[0]: Invalid value: [\"\(text)\"]: may not change once set"
                ])
        }
    }

    @Test("A changed health check port is immutable, be it free, taken or out of range")
    mutating func changedHealthCheckNodePort() throws {
        _ = try create("other") {
            $0.type = .nodePort
            $0.ports[0].nodePort = 30010
        }
        let old = try create {
            $0.type = .loadBalancer
            $0.externalTrafficPolicy = .local
        }
        for port: Int64 in [30011, 30010, 40000, old.spec.ports[0].nodePort] {
            #expect(
                errors(old) { $0.healthCheckNodePort = port } == [
                    "spec.healthCheckNodePort: Forbidden: field is immutable"
                ])
        }
    }

    @Test("A NodePort cannot be the health check port of the same Service, nor the other way round")
    mutating func sharedPort() throws {
        let local = try create {
            $0.type = .loadBalancer
            $0.externalTrafficPolicy = .local
        }
        let held = local.spec.healthCheckNodePort
        #expect(
            errors(local) { $0.ports[0].nodePort = held } == [
                "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: \(held): "
                    + "provided port is already allocated"
            ])
        let cluster = try create("second") { $0.type = .loadBalancer }
        let nodePort = cluster.spec.ports[0].nodePort
        #expect(
            errors(cluster) {
                $0.externalTrafficPolicy = .local
                $0.healthCheckNodePort = nodePort
            } == [
                "Internal error occurred: failed to allocate requested HealthCheck NodePort "
                    + "\(nodePort): provided port is already allocated"
            ])
    }

    @Test("SingleStack releases the second of each list that was left as it was")
    mutating func downgrade() throws {
        let old = try create { $0.ipFamilyPolicy = "RequireDualStack" }
        let changes: [(inout ServiceSpec) -> Void] = [
            { _ in }, { $0.ipFamilies.removeLast() }, { $0.clusterIPs.removeLast() },
        ]
        for change in changes {
            var new = old
            new.spec.ipFamilyPolicy = "SingleStack"
            change(&new.spec)
            ServiceRules.prepareForUpdate(&new, replacing: old)
            let (service, allocations) = try allocator.admit(new, replacing: old, using: &rng)
            #expect(service.spec.clusterIPs == [old.spec.clusterIPs[0]])
            #expect(service.spec.ipFamilies == ["IPv4"])
            #expect(ServiceRules.updateErrors(service, replacing: old).isEmpty)
            allocator.rollback(allocations)
        }
    }

    @Test("To ExternalName, also when the client clears clusterIP alone")
    mutating func clearedSingular() throws {
        let old = try create()
        #expect(
            errors(old) {
                $0.type = .externalName
                $0.externalName = "a.example"
                $0.clusterIP = ""
            } == [])
    }

    @Test("An address with leading zeros is taken under its number where the gate allows it")
    mutating func leadingZeros() throws {
        var gates = FeatureGates()
        gates.strictIPCIDRValidation = false
        var lenient = ServiceAllocator(
            serviceCIDRs: [IPPrefix("10.96.0.0/24")!], nodePorts: 30000...30063, gates: gates)
        var new = Self.service { $0.clusterIP = "10.096.000.044" }
        ServiceRules.prepareForCreate(&new)
        let (service, _) = try lenient.admit(new, replacing: nil, using: &rng)
        #expect(service.spec.clusterIPs == ["10.096.000.044"])
        #expect(lenient.owner(of: IPAddress("10.96.0.44")!)?.name == "web")
        lenient.release(of: service)
        #expect(lenient.owner(of: IPAddress("10.96.0.44")!) == nil)
        let error = #expect(throws: Status.self) {
            try allocator.admit(new, replacing: nil, using: &rng)
        }
        #expect(error?.message.hasSuffix("must not have leading 0s") == true)
    }
}
