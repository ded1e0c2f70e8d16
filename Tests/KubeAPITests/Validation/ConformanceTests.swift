import Addresses
import LoadBalancing
import Testing

@testable import KubeAPI

/// Every case of a real kube-apiserver's answers that this version has the kinds for. Services go the whole way:
/// preparation, allocation, validation. Left out: servers with feature gates turned off, the cases whose answer is not one of validation (400, 409), and a stored ClusterIP
/// with leading zeros, which this allocator never took.
@Suite("Validation answers as kube-apiserver 1.36 does")
struct ConformanceTests {
    static let cases = ConformanceCase.all.filter {
        $0.resource != nil && !$0.hasOtherGates && ![400, 409].contains($0.code)
            && $0.id != "val-upd-legacy-clusterip"
    }

    static let context = ServiceValidationContext()

    @Test("the table is there")
    func table() {
        #expect(ConformanceCase.all.count == 213)
        #expect(Self.cases.count == 207)
    }

    @Test("the case", arguments: cases)
    func answer(_ conformance: ConformanceCase) throws {
        let resource = try #require(conformance.resource)
        var cluster = Cluster()
        var found: Set<String> = []
        do throws(Status) {
            try cluster.run(conformance, resource)
        } catch {
            found = Set(error.details.causes.map { "\($0.field) \($0.kindText)" })
        }
        #expect(conformance.accepted.contains(found), "answered \(found.sorted())")
    }

    /// A server of one object.
    private struct Cluster {
        var allocator = ServiceAllocator(
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!, IPPrefix("fd00:96::/112")!],
            nodePorts: 30000...32767)
        var random = SplitMix(seed: 1)

        mutating func run(_ conformance: ConformanceCase, _ resource: Resource) throws(Status) {
            if conformance.operation == "create" {
                _ = try create(conformance.object, resource)
                return
            }
            let old = try stored(conformance.object, resource)
            var new = old.merged(with: conformance.merge)
            let subresource = conformance.operation == "update-status" ? "status" : nil
            ObjectRules.prepareForUpdate(&new, replacing: old, resource, subresource: subresource)
            if resource == .services, subresource == nil {
                new = try admit(new, replacing: Service(json: old))
            }
            try ObjectRules.updateErrors(
                new, replacing: old, resource, subresource: subresource, context
            ).check(resource, "svc-a")
        }

        mutating func create(_ object: JSON, _ resource: Resource) throws(Status) -> JSON {
            var object = object
            if object.value(at: "metadata", "name") == nil,
                let prefix = object.value(at: "metadata", "generateName")?.string
            {
                object["metadata"]?["name"] = .string(prefix + "x7k2p")
            }
            ObjectRules.prepareForCreate(&object, resource)
            if resource == .services { object = try admit(object, replacing: nil) }
            try ObjectRules.createErrors(object, resource, context).check(resource, "svc-a")
            return object
        }

        /// The object before the update: taken without questions, as an older server may have.
        private mutating func stored(
            _ object: JSON, _ resource: Resource
        ) throws(Status) -> JSON {
            var object = object
            ObjectRules.prepareForCreate(&object, resource)
            if resource == .services { object = try admit(object, replacing: nil) }
            object["metadata"]?["uid"] = "6f1c"
            return object
        }

        private mutating func admit(_ object: JSON, replacing old: Service?) throws(Status) -> JSON
        {
            try allocator.admit(Service(json: object), replacing: old, using: &random).0.json
        }
    }
}

extension Status.Cause {
    /// As the table spells it: `FieldValueInvalid` is `Invalid`.
    fileprivate var kindText: String { String(reason.dropFirst("FieldValue".count)) }
}
