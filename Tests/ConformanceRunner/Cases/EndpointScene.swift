import KubeAPI

/// A namespace with a Service `api`, Pods that it selects, and what the controllers make of them.
struct EndpointScene: Sendable {
    private static let namespace = "eprules"
    private static let core = "/api/v1/namespaces/\(namespace)"
    private static let sliceList =
        "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
    private let api: Conversation
    private let setup: ObjectSetup

    init(_ api: Conversation) {
        self.api = api
        setup = ObjectSetup(api: api, namespace: Self.namespace)
    }

    /// The nodes are the scene's own: `node-a`, and those that a case makes.
    func begin() async throws {
        try await api.remove("/api/v1/nodes/conformance")
        try await api.ensure(namespace: Self.namespace)
        try await eventually("an empty namespace") { try await slices().isEmpty }
        try await makeNode("node-a", zone: "a")
    }

    // MARK: Making

    func makeNode(_ name: String, zone: String) async throws {
        try await setup.apply([
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name), "labels": ["topology.kubernetes.io/zone": .string(zone)],
            ],
            "status": [
                "allocatable": ["cpu": "4"],
                "conditions": [["type": "Ready", "status": "True"]],
            ],
        ])
    }

    @discardableResult
    func makeService(finalizers: [String] = []) async throws -> JSON {
        let answer = try await api.send(
            "POST", "\(Self.core)/services",
            [
                "apiVersion": "v1", "kind": "Service",
                "metadata": ["name": "api", "finalizers": .strings(finalizers)],
                "spec": ["selector": ["app": "api"], "ports": [["port": 80]]],
            ])
        guard answer.isSuccess else { throw Failure("the Service: \(answer)") }
        return answer.json
    }

    func patchService(_ patch: JSON) async throws {
        try await setup.patch(["kind": "Service", "name": "api", "patch": patch])
    }

    func deleteService() async throws {
        let answer = try await api.send("DELETE", "\(Self.core)/services/api")
        guard answer.isSuccess else { throw Failure("DELETE of the Service: \(answer)") }
    }

    func makePod(
        _ number: Int, node: String = "node-a",
        readySince time: Timestamp = Timestamp(secondsSinceEpoch: 0)
    ) async throws {
        let address = JSON.string("10.244.\(100 + number / 250).\(number % 250 + 1)")
        try await setup.apply([
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string("p\(number)"), "labels": ["app": "api"]],
            "spec": ["nodeName": .string(node)],
            "status": [
                "phase": "Running", "podIP": address, "podIPs": [["ip": address]],
                "conditions": [
                    [
                        "type": "Ready", "status": "True",
                        "lastTransitionTime": .string(time.description),
                    ]
                ],
            ],
        ])
    }

    func deletePod(_ number: Int) async throws {
        try await setup.delete(["kind": "Pod", "name": .string("p\(number)")])
    }

    /// A slice that says to be the controller's own. Its owner is the Service, or an earlier one of another UID.
    func makeSlice(
        _ name: String, addressType: String, of service: JSON, ownerUID: String? = nil
    ) async throws {
        let uid = ownerUID.map { JSON.string($0) } ?? service.value(at: "metadata", "uid") ?? ""
        try await setup.apply([
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": [
                "name": .string(name),
                "labels": [
                    "kubernetes.io/service-name": "api",
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                ],
                "ownerReferences": [
                    ["apiVersion": "v1", "kind": "Service", "name": "api", "uid": uid]
                ],
            ],
            "addressType": .string(addressType), "endpoints": [],
        ])
    }

    func deleteSlices() async throws {
        let answer = try await api.send("DELETE", Self.sliceList)
        guard answer.isSuccess else { throw Failure("DELETE of the slices: \(answer)") }
    }

    // MARK: Seeing

    func slices() async throws -> [JSON] {
        let answer = try await api.send("GET", Self.sliceList)
        guard answer.isSuccess else { throw Failure("GET of the slices: \(answer)") }
        return answer.json["items"]?.array ?? []
    }

    /// The legacy Endpoints; nil if there are none.
    func endpoints() async throws -> JSON? {
        let answer = try await api.send("GET", "\(Self.core)/endpoints/api")
        return answer.isSuccess ? answer.json : nil
    }

    /// How often the only slice has been written.
    func generation() async throws -> Int64 {
        try await slices().reduce(0) {
            $0 + ($1.value(at: "metadata", "generation")?.integer ?? 0)
        }
    }

    func wait(forEndpoints count: Int) async throws {
        try await eventually("\(count) endpoints") {
            try await slices().reduce(0) { $0 + ($1["endpoints"]?.array?.count ?? 0) } == count
        }
    }

    /// Looks until something is so, for some seconds.
    func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else {
                let seen = try await slices().map(\.text).joined(separator: " ")
                throw Failure(expected: what, came: seen)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
