import KubeAPI
import TestSupport

/// A case of endpointslice.yaml: objects written step by step, and the EndpointSlices and Endpoints that the controllers
/// make of them.
struct EndpointSliceCase: ExecutableCase {
    private let test: ConformanceCase
    private static let namespace = "epns"
    /// How long the controllers may take; they need milliseconds, but may share the machine with others.
    private static let patience = Duration.seconds(15)
    /// What is as expected must stay so.
    private static let quiet = Duration.milliseconds(150)

    init(_ test: ConformanceCase) { self.test = test }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        // Its own Node goes, so that a case has only the nodes that it names.
        settings.options = ["--node-name", "conformance"]
        return settings
    }

    func run(on cluster: Cluster) async throws {
        let setup = ObjectSetup(api: cluster.api, namespace: Self.namespace)
        try await cluster.api.remove("/api/v1/nodes/conformance")
        try await cluster.api.ensure(namespace: Self.namespace)
        try await observe("before the first step", cluster.api) { $0 == Self.nothing }
        for node in test.inputs["nodes"]?.array ?? [] { try await setup.apply(node) }
        let steps = test.inputs["steps"]?.array ?? []
        let expected = test.expect.array ?? []
        guard steps.count == expected.count else {
            throw Failure("\(steps.count) steps, but \(expected.count) expectations")
        }
        var template: PodTemplate?
        for (index, step) in steps.enumerated() {
            try await play(step, setup, &template)
            try await compare(with: expected[index], "step \(index + 1)", cluster.api)
        }
    }

    // MARK: Steps

    private func play(
        _ step: JSON, _ setup: ObjectSetup, _ template: inout PodTemplate?
    ) async throws {
        for (action, value) in step.object ?? JSONObject() {
            let items = value.array ?? []
            switch action {
            case "apply": for object in items { try await setup.apply(object) }
            case "mergePatch": for change in items { try await setup.patch(change) }
            case "statusPatch":
                for change in items { try await setup.patch(change, status: true) }
            case "delete": for object in items { try await setup.delete(object) }
            case "deleteSlices": try await deleteSlices(setup.api)
            case "repeat":
                let made = try PodTemplate(value)
                template = made
                try await apply(made, setup)
            case "applyPods":
                guard let template else { throw Failure("applyPods without a template") }
                for name in items.compactMap(\.string) {
                    try await setup.apply(try template.pod(named: name))
                }
            default: throw Failure("step \(action) is not known")
            }
        }
    }

    private func apply(_ template: PodTemplate, _ setup: ObjectSetup) async throws {
        try await withThrowingTaskGroup { group in
            for lane in 0..<8 {
                group.addTask {
                    for index in stride(from: lane, to: template.count, by: 8) {
                        try await setup.apply(try template.pod(index))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func deleteSlices(_ api: Conversation) async throws {
        let label = "endpointslice.kubernetes.io/managed-by%3Dendpointslice-controller.k8s.io"
        let list = try await api.send("GET", "\(Self.slices)?labelSelector=\(label)")
        for slice in list.json["items"]?.array ?? [] {
            let name = slice.value(at: "metadata", "name")?.string ?? ""
            let answer = try await api.send("DELETE", "\(Self.slices)/\(name)")
            guard answer.isSuccess else { throw Failure("DELETE of \(name): \(answer)") }
        }
    }

    // MARK: Expectations

    private static let slices =
        "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
    private static let endpoints = "/api/v1/namespaces/\(namespace)/endpoints"
    private static let nothing = ObservedEndpoints(slices: [], endpoints: [])

    private func compare(
        with expected: JSON, _ place: String, _ api: Conversation
    ) async throws {
        let isAsExpected = { (seen: ObservedEndpoints) in
            seen.differences(from: expected).isEmpty
        }
        try await observe(place, api, expected, until: isAsExpected)
        try await Task.sleep(for: Self.quiet)
        try await observe(place, api, expected, until: isAsExpected)
    }

    private func observe(
        _ place: String, _ api: Conversation, _ expected: JSON = [:],
        until isDone: (ObservedEndpoints) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let seen = ObservedEndpoints(
                slices: try await items(Self.slices, api),
                endpoints: try await items(Self.endpoints, api))
            if isDone(seen) { return }
            guard ContinuousClock.now < deadline else {
                let differences = seen.differences(from: expected)
                throw Failure("\(place): \(differences.joined(separator: "; "))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func items(_ path: String, _ api: Conversation) async throws -> [JSON] {
        let answer = try await api.send("GET", path)
        guard answer.isSuccess else { throw Failure("GET \(path): \(answer)") }
        return answer.json["items"]?.array ?? []
    }
}
