import KubeAPI
import TestSupport

/// A case of service_validation.yaml: a write, and whether it is valid or what is wrong with it.
struct ValidationCase: ExecutableCase {
    private let test: ConformanceCase
    private static let namespace = "shop"
    private static let attempts = 8

    init(_ test: ConformanceCase) { self.test = test }

    /// The first object may come from a server with other gates: it is started anew after that.
    var settings: ServerSettings {
        settings(test.inputs["initialFeatureGates"] ?? test.inputs["featureGates"])
    }

    private func settings(_ gates: JSON?) -> ServerSettings {
        var settings = ServerSettings.standard
        settings.featureGates = (gates?.object ?? JSONObject())
            .filter { FeatureGates.names.contains($0.key) }
            .map { "\($0.key)=\($0.value.bool ?? true)" }.sorted()
        return settings
    }

    /// Gates that this server does not have say nothing about it.
    private func checkGates() throws(NotApplicable) {
        for key in ["featureGates", "initialFeatureGates"] {
            let names = test.inputs[key]?.object?.keys ?? []
            for name in names where !FeatureGates.names.contains(name) {
                throw NotApplicable("this server has no feature gate \(name)")
            }
        }
    }

    func run(on cluster: Cluster) async throws {
        try checkGates()
        switch test.inputs["operation"]?.string {
        case "create": try check(try await create(test.inputs["manifest"] ?? .null, cluster.api))
        case "update": try check(try await update("", cluster))
        case "update-status": try check(try await update("/status", cluster))
        case let other: throw Failure("operation \(other ?? "missing") is not known")
        }
    }

    private func create(_ manifest: JSON, _ api: Conversation) async throws -> Answer {
        let object = test.inputs["repeat"].map { Repetition($0).apply(to: manifest) } ?? manifest
        let address = try ResourceAddress(of: object, namespace: Self.namespace)
        if let namespace = address.namespace { try await api.ensure(namespace: namespace) }
        for attempt in 1... {
            let answer = try await api.send("POST", address.collection, object)
            // What a controller has just made for an object of an earlier case it takes back at once.
            let isRace =
                answer.reason == "AlreadyExists" && test.expect["code"]?.integer != 409
            if !isRace || attempt == Self.attempts { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
        fatalError("the loop ends by return")
    }

    /// Makes the first object, then changes it and sends the whole. When somebody else (a controller) was faster
    /// the change is made anew on what is there then, as a client would.
    private func update(_ subresource: String, _ cluster: Cluster) async throws -> Answer {
        let api = cluster.api
        let initial = test.inputs["initial"] ?? .null
        let created = try await create(initial, api)
        guard created.isSuccess else {
            throw Failure(at: "the first object", expected: "201", came: "\(created)")
        }
        if test.inputs["initialFeatureGates"] != nil {
            try await cluster.restart(settings(test.inputs["featureGates"]))
        }
        let address = try ResourceAddress(of: created.json, namespace: Self.namespace)
        let path = address.object(address.name)
        for attempt in 1... {
            let stored = try await api.send("GET", path).json
            let changed = stored.merged(with: test.inputs["merge"] ?? .null)
            let answer = try await api.send("PUT", path + subresource, changed)
            let isRace = answer.code == 409 && test.expect["code"]?.integer != 409
            if !isRace || attempt == Self.attempts { return answer }
        }
        fatalError("the loop ends by return")
    }

    private func check(_ answer: Answer) throws(Failure) {
        let accepted = [test.expect, test.expect["also_accept"]].compactMap { $0 }
        if accepted.contains(where: { isAsExpected(answer, $0) }) { return }
        throw Failure(
            expected: accepted.map(Self.describe).joined(separator: " or "), came: "\(answer)")
    }

    private func isAsExpected(_ answer: Answer, _ expected: JSON) -> Bool {
        guard expected["code"]?.integer == Int64(answer.code) else { return false }
        if let reason = expected["reason"]?.string, reason != answer.reason { return false }
        return answer.errors == Set((expected["errors"]?.array ?? []).map(ExpectedError.init))
    }

    private static func describe(_ expected: JSON) -> String {
        let errors = (expected["errors"]?.array ?? []).map(ExpectedError.init).sorted()
        return "\(expected["code"]?.integer ?? 0) "
            + "\(expected["reason"]?.string ?? "") \(errors.isEmpty ? "" : "\(errors)")"
    }
}
