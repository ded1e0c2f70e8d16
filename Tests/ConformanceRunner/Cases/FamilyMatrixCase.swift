import KubeAPI
import TestSupport

/// A case of service_ipfamily_matrix.yaml: a create with addresses, policy and families, on one of four clusters.
struct FamilyMatrixCase: ExecutableCase {
    private let test: ConformanceCase
    private static let namespace = "alloc"

    init(_ test: ConformanceCase) { self.test = test }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        settings.serviceCIDRs = (test.inputs["serviceCIDRs"]?.array ?? []).compactMap(\.string)
        return settings
    }

    func run(on cluster: Cluster) async throws {
        try await cluster.api.ensure(namespace: Self.namespace)
        let path = "/api/v1/namespaces/\(Self.namespace)/services"
        let answer = try await cluster.api.send("POST", path, manifest)
        guard test.expect["ok"]?.bool == true else { return try checkRefusal(answer) }
        guard answer.code == 201 else {
            throw Failure(expected: test.expect.text, came: "\(answer)")
        }
        var labels = Labels()
        for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            let found = answer.json.value(at: "spec", field) ?? .null
            try labels.check(found, test.expect[field] ?? .null, field)
        }
        let first = answer.json.value(at: "spec", "clusterIPs")?.array?.first
        try labels.check(
            answer.json.value(at: "spec", "clusterIP") ?? .null, first ?? .null, "clusterIP")
    }

    private var manifest: JSON {
        let inputs = test.inputs
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
        return [
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": "svc-a", "namespace": .string(Self.namespace)], "spec": spec,
        ]
    }

    private func checkRefusal(_ answer: Answer) throws(Failure) {
        let errors = Set((test.expect["errors"]?.array ?? []).map(ExpectedError.init))
        let code = test.expect["code"]?.integer ?? 422
        guard Int64(answer.code) == code, answer.errors == errors else {
            throw Failure(expected: "\(code) \(errors.sorted())", came: "\(answer)")
        }
    }
}
