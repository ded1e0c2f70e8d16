import KubeAPI
import TestSupport

/// A case of service_defaulting_allocation.yaml: requests one after the other, and what each answers.
struct AllocationCase: ExecutableCase {
    private let test: ConformanceCase
    private static let namespace = "alloc"

    init(_ test: ConformanceCase) { self.test = test }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        let cluster = test.inputs["cluster"]
        if let cidrs = cluster?["serviceCIDRs"]?.array {
            settings.serviceCIDRs = cidrs.compactMap(\.string)
        }
        if let range = cluster?["nodePortRange"]?.string { settings.nodePortRange = range }
        return settings
    }

    func run(on cluster: Cluster) async throws {
        try await cluster.api.ensure(namespace: Self.namespace)
        let steps = test.inputs["steps"]?.array ?? []
        let expected = test.expect.array ?? []
        guard steps.count == expected.count else {
            throw Failure("\(steps.count) steps, but \(expected.count) expectations")
        }
        var labels = Labels()
        for (index, step) in steps.enumerated() {
            let place = "step \(index + 1) (\(step["op"]?.string ?? ""))"
            guard let answer = try await perform(step, cluster.api) else { continue }
            try check(answer, expected[index], &labels, place)
        }
    }

    /// nil for a step without an answer.
    private func perform(_ step: JSON, _ api: Conversation) async throws -> Answer? {
        let services = "/api/v1/namespaces/\(Self.namespace)/services"
        let name =
            step["name"]?.string ?? step.value(at: "manifest", "metadata", "name")?.string
            ?? "svc-a"
        let query = step["query"]?.string.map { "?\($0)" } ?? ""
        let service = "\(services)/\(name)"
        let merge = "application/merge-patch+json"
        switch step["op"]?.string ?? "" {
        case "create": return try await api.send("POST", services + query, step["manifest"])
        case "put": return try await api.send("PUT", service + query, step["manifest"])
        case "get": return try await api.send("GET", service + query)
        case "delete": return try await api.send("DELETE", service + query)
        case "merge-patch":
            return try await api.send("PATCH", service + query, step["patch"], type: merge)
        case "status-patch":
            let path = "\(service)/status\(query)"
            return try await api.send("PATCH", path, step["patch"], type: merge)
        case "wait":
            try await Task.sleep(for: .seconds(Int(step["seconds"]?.integer ?? 0)))
            return nil
        case "wait-until-gone": return try await waitUntilGone(step["path"]?.string ?? service, api)
        case let method where ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(method):
            return try await api.send(method, (step["path"]?.string ?? "") + query, step["body"])
        case let other: throw Failure("step \(other) is not known")
        }
    }

    private func waitUntilGone(_ path: String, _ api: Conversation) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let answer = try await api.send("GET", path)
            if answer.code == 404 || ContinuousClock.now > deadline { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func check(
        _ answer: Answer, _ expected: JSON, _ labels: inout Labels, _ place: String
    ) throws(Failure) {
        // To be gone is what `wait-until-gone` waits for.
        if let code = expected["code"]?.integer, code != Int64(answer.code) {
            throw Failure(at: place, expected: expected.text, came: "\(answer)")
        }
        if let reason = expected["reason"]?.string, reason != answer.reason {
            throw Failure(at: place, expected: reason, came: "\(answer)")
        }
        if let errors = expected["errors"]?.array,
            Set(errors.map(ExpectedError.init)) != answer.errors
        {
            throw Failure(at: place, expected: errors.map(\.text).joined(), came: "\(answer)")
        }
        if let spec = expected["spec"] {
            try checkService(answer.json, spec, &labels, place)
        }
        if let object = expected["object"] {
            try ObjectExpectation(object).check(answer.json, &labels, place)
        }
    }

    /// Fields of the spec that the cases leave out whatever they are.
    private static let untold: Set<String> = ["selector"]

    private func checkService(
        _ service: JSON, _ expected: JSON, _ labels: inout Labels, _ place: String
    ) throws(Failure) {
        for (field, value) in expected.object ?? JSONObject() {
            let found =
                field.hasPrefix("status.")
                ? service.value(at: "status", String(field.dropFirst("status.".count)))
                : service.value(at: "spec", field)
            try labels.check(found ?? .null, value, "\(place) \(field)")
        }
        for (field, value) in service["spec"]?.object ?? JSONObject()
        where expected[field] == nil && !Self.untold.contains(field) {
            throw Failure(at: "\(place) \(field)", expected: "nothing", came: value.text)
        }
    }
}
