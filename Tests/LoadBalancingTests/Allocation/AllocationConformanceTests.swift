import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

/// What a real API server answered to writes of Services, replayed against preparation, allocation and validation.
@Suite struct AllocationConformanceTests {
    /// Cases about other kinds, or about arithmetic (see PoolBandTests), are not replayed here.
    static let scripts: [ConformanceCase] = ConformanceCase.load(
        "service_defaulting_allocation.yaml"
    ) { test in
        guard let steps = test.inputs["steps"]?.array else { return false }
        return steps.allSatisfy { step in
            let op = step["op"]?.string ?? ""
            return ["create", "put", "merge-patch", "status-patch", "delete"].contains(op)
                && step["manifest"]?["kind"]?.string ?? "Service" == "Service"
        }
    }

    @Test("A script of writes is answered as by a real API server", arguments: scripts)
    func script(_ test: ConformanceCase) {
        var server = ScriptedServer(test.inputs["cluster"] ?? .null)
        var labels: [String: String] = [:]
        let steps = test.inputs["steps"]?.array ?? []
        for (index, (step, expected)) in zip(steps, test.expect.array ?? []).enumerated() {
            let answer = server.perform(step)
            let place = "\(test.id), step \(index)"
            switch answer {
            case .success(let service):
                #expect(expected["ok"]?.bool == true, "\(place): accepted")
                guard let service, let spec = expected["spec"] else { continue }
                expectSpec(service, spec, &labels, place)
            case .failure(let status):
                #expect(expected["ok"]?.bool == false, "\(place): \(status)")
                #expect(expected["code"]?.integer == Int64(status.reason.code), "\(place)")
                expectErrors(status, expected, place)
            }
        }
    }

    static let familyMatrix: [ConformanceCase] = ConformanceCase.load(
        "service_ipfamily_matrix.yaml")

    @Test(
        "Addresses, families and policy are completed or refused as by a real API server",
        arguments: familyMatrix)
    func matrix(_ test: ConformanceCase) {
        let answer = ScriptedServer.createInMatrix(test.inputs)
        switch answer {
        case .success(let service):
            #expect(test.expect["ok"]?.bool == true, "\(test.id): accepted")
            var labels: [String: String] = [:]
            var expected = test.expect
            expected["ok"] = nil
            guard let service else { return }
            for key in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
                expectValue(
                    service.json.value(at: "spec", key) ?? .null, expected[key] ?? .null, &labels,
                    "\(test.id) \(key)")
            }
        case .failure(let status):
            #expect(test.expect["ok"]?.bool == false, "\(test.id): \(status)")
            expectErrors(status, test.expect, test.id)
        }
    }

    @Test func `Most cases of the files are replayed`() {
        #expect(Self.scripts.count >= 65)
        #expect(Self.familyMatrix.count == 323)
    }

    private func expectSpec(
        _ service: Service, _ expected: JSON, _ labels: inout [String: String], _ place: String
    ) {
        guard let actual = service.json["spec"]?.object, let expected = expected.object else {
            Issue.record("\(place): no spec")
            return
        }
        for (key, value) in expected where key != "status.loadBalancer" {
            expectValue(actual[key] ?? .null, value, &labels, "\(place) \(key)")
        }
        // The cases leave the selector out; every other member that is set must be told.
        for key in actual.keys where !["selector", "externalIPs", "externalName"].contains(key) {
            #expect(expected[key] != nil, "\(place): \(key) is \(actual[key] ?? .null)")
        }
    }

    private func expectErrors(_ status: Status, _ expected: JSON, _ place: String) {
        guard let errors = expected["errors"]?.array else { return }
        let wanted = Set(
            errors.map { "\($0["field"]?.string ?? "") FieldValue\($0["kind"]?.string ?? "")" })
        let actual = Set(status.details.causes.map { "\($0.field) \($0.reason)" })
        #expect(actual == wanted, "\(place): \(status)")
    }
}

/// Compares, with `<auto …>` standing for a value that the server chose: the same label, the same value.
private func expectValue(
    _ actual: JSON, _ expected: JSON, _ labels: inout [String: String], _ place: String
) {
    switch (actual, expected) {
    case (.array(let actual), .array(let expected)):
        #expect(actual.count == expected.count, "\(place): \(actual)")
        for (index, (a, b)) in zip(actual, expected).enumerated() {
            expectValue(a, b, &labels, "\(place)[\(index)]")
        }
    case (.object(let actual), .object(let expected)):
        #expect(Set(actual.keys) == Set(expected.keys), "\(place)")
        for (key, value) in expected {
            expectValue(actual[key] ?? .null, value, &labels, "\(place).\(key)")
        }
    case (_, .string(let text)) where text.hasPrefix("<auto"):
        let value = actual.string ?? actual.integer.map(String.init) ?? ""
        #expect(!value.isEmpty, "\(place): nothing was chosen")
        #expect(labels[text] ?? value == value, "\(place): \(text)")
        #expect(!labels.contains { $0.key != text && $0.value == value }, "\(place): given twice")
        labels[text] = value
    default:
        #expect(actual == expected, "\(place)")
    }
}

/// The part of an API server that a Service passes through, with a dictionary as its store.
struct ScriptedServer {
    typealias Answer = Result<Service?, Status>

    private var stored: [ObjectName: Service] = [:]
    private var allocator: ServiceAllocator
    private var rng = SplitMix64(seed: 7)

    init(_ cluster: JSON) {
        let ports = (cluster["nodePortRange"]?.string ?? "30000-32767").split(separator: "-")
            .compactMap { Port($0) }
        allocator = ServiceAllocator(
            serviceCIDRs: cluster.prefixes("serviceCIDRs"), nodePorts: ports[0]...ports[1])
    }

    static func createInMatrix(_ inputs: JSON) -> Answer {
        var server = ScriptedServer(inputs)
        var spec: JSON = ["ports": [["port": 80]]]
        if inputs["selector"]?.bool == true { spec["selector"] = ["app": "a"] }
        if let addresses = inputs["clusterIPs"]?.array, let first = addresses.first {
            spec["clusterIP"] = first
            spec["clusterIPs"] = .array(addresses)
        }
        if let policy = inputs["ipFamilyPolicy"], !policy.isNull { spec["ipFamilyPolicy"] = policy }
        if let families = inputs["ipFamilies"]?.array, !families.isEmpty {
            spec["ipFamilies"] = .array(families)
        }
        return server.perform([
            "op": "create",
            "manifest": ["metadata": ["name": "svc-a", "namespace": "alloc"], "spec": spec],
        ])
    }

    mutating func perform(_ step: JSON) -> Answer {
        let isDryRun = step["query"]?.string == "dryRun=All"
        let name = ObjectName(
            namespace: "alloc",
            name: step["name"]?.string ?? step.value(at: "manifest", "metadata", "name")?.string
                ?? "svc-a")
        switch step["op"]?.string {
        case "delete":
            guard let old = stored[name] else { return .failure(.notFound(.services, name.name)) }
            if !isDryRun {
                allocator.release(of: old)
                stored[name] = nil
            }
            return .success(nil)
        case "merge-patch":
            guard let old = stored[name] else { return .failure(.notFound(.services, name.name)) }
            let merged = old.json.mergePatched(step["patch"] ?? .null)
            return write(Service(json: merged), name, isDryRun)
        case "status-patch":
            guard var old = stored[name] else { return .failure(.notFound(.services, name.name)) }
            old.status = Service(json: old.json.mergePatched(step["patch"] ?? .null)).status
            stored[name] = old
            return .success(old)
        default: return write(Service(json: step["manifest"] ?? .null), name, isDryRun)
        }
    }

    private mutating func write(_ new: Service, _ name: ObjectName, _ isDryRun: Bool) -> Answer {
        let context = ServiceValidationContext()
        var new = new
        let old = stored[name]
        if let old {
            ServiceRules.prepareForUpdate(&new, replacing: old)
        } else {
            ServiceRules.prepareForCreate(&new)
        }
        do throws(Status) {
            let (service, allocations) = try allocator.admit(
                new, replacing: old, dryRun: isDryRun, using: &rng)
            let errors =
                old.map { ServiceRules.updateErrors(service, replacing: $0, context) }
                ?? ServiceRules.createErrors(service, context)
            if !errors.isEmpty {
                allocator.rollback(allocations)
                throw .invalid(.services, name.name, errors)
            }
            allocator.commit(allocations)
            if !isDryRun { stored[name] = service }
            // S-014: a read leaves this out.
            var answer = service
            if service.spec.type == .externalName { answer.spec.internalTrafficPolicy = nil }
            return .success(answer)
        } catch {
            return .failure(error)
        }
    }
}

extension JSON {
    /// RFC 7386.
    fileprivate func mergePatched(_ patch: JSON) -> JSON {
        guard let members = patch.object else { return patch }
        var result: JSON = object == nil ? [:] : self
        for (key, value) in members {
            result[key] = value.isNull ? nil : (result[key] ?? .null).mergePatched(value)
        }
        return result
    }
}
