import KubeAPI
import TestSupport

/// A case of endpointslice.yaml that states a rule in few words: what it says is played with a Service `api`, and Pods that
/// it selects.
struct EndpointRuleCase: ExecutableCase {
    private let test: ConformanceCase

    init(_ test: ConformanceCase) { self.test = test }

    private var inputs: JSON { test.inputs }
    private var expect: JSON { test.expect }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        settings.options = ["--node-name", "conformance"]
        // Several changes of one sync come within one period.
        let isOfTimes = inputs["service"]?["created"] != nil
        if let period = inputs["batchPeriod"]?.string ?? (isOfTimes ? "300ms" : nil) {
            settings.options += ["--endpointslice-updates-batch-period", period]
        }
        return settings
    }

    func run(on cluster: Cluster) async throws {
        let scene = EndpointScene(cluster.api)
        try await scene.begin()
        if inputs["service"]?["created"] != nil {
            try await playTriggerTimes(scene)
        } else if inputs["service"]?["deletionTimestamp"] != nil {
            try await playDeletion(scene)
        } else if let limits = inputs["settings"]?.array?.compactMap(\.integer) {
            try await playLimits(limits, scene, cluster)
        } else if inputs["batchPeriod"] != nil {
            try await playBatch(scene)
        } else if let slice = inputs["slice"] {
            try await playStrangeSlice(slice, scene)
        } else if inputs["values"] != nil {
            try await playAnnotations(scene)
        } else if let labels = expect["labels"]?.object {
            try await scene.makeService()
            try await scene.eventually("labels \(labels)") {
                let found = try await scene.endpoints()?.value(at: "metadata", "labels")
                return labels.allSatisfy { found?[$0.key] == $0.value }
            }
        } else {
            throw NotApplicable("states a rule in a form that is not known")
        }
    }

    // MARK: last-change-trigger-time

    /// Times are told relative to the creation of the Service.
    private func playTriggerTimes(_ scene: EndpointScene) async throws {
        let pods = inputs["pods"]?.array ?? [["ready": "00:00:00"], ["ready": "00:00:00"]]
        let early = Timestamp(secondsSinceEpoch: 0)
        for (index, pod) in pods.enumerated() where pod["new"]?.bool != true {
            try await scene.makePod(index, readySince: early)
        }
        let service = try await scene.makeService()
        let created = service.value(at: "metadata", "creationTimestamp")?.string
        guard let created = created.flatMap({ Timestamp($0) }),
            let start = Self.seconds(inputs["service"]?["created"])
        else { throw Failure("the Service has no creation time") }
        func moment(_ time: JSON?) -> Timestamp {
            created.advanced(by: (Self.seconds(time) ?? start) - start)
        }
        let old = pods.count { $0["new"]?.bool != true }
        try await scene.wait(forEndpoints: old)
        for (index, pod) in pods.enumerated() where pod["new"]?.bool == true {
            try await scene.makePod(index, readySince: moment(pod["ready"]))
        }
        switch inputs["change"]?.string {
        case "pod deleted":
            try await scene.deletePod(0)
            try await scene.wait(forEndpoints: old - 1)
        case "none":
            // Something else has to be written.
            try await scene.patchService(["metadata": ["labels": ["note": "new"]]])
            try await scene.eventually("the Service's label on its slice") {
                try await scene.slices().first?.value(at: "metadata", "labels", "note") != nil
            }
        default: try await scene.wait(forEndpoints: pods.count)
        }
        let key = "endpoints.kubernetes.io/last-change-trigger-time"
        let found = try await scene.slices().first?.value(at: "metadata", "annotations", key)
        let wanted = expect["value"].map { JSON.string(moment($0).description) }
        guard found == wanted else {
            throw Failure(expected: wanted?.text ?? "no time", came: found?.text ?? "no time")
        }
    }

    /// `10:00:05`, counted from midnight.
    private static func seconds(_ time: JSON?) -> Int64? {
        let parts = time?.string?.split(separator: ":").compactMap { Int64($0) } ?? []
        return parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : nil
    }

    // MARK: Writes

    private func playDeletion(_ scene: EndpointScene) async throws {
        try await scene.makePod(0)
        let service = try await scene.makeService(finalizers: ["example.org/hold"])
        try await scene.wait(forEndpoints: 1)
        try await scene.deleteService()
        try await scene.makeSlice("left", addressType: "FQDN", of: service)
        try await scene.eventually("deletes: \(expect["deletes"]?.text ?? "")") {
            try await scene.slices().allSatisfy {
                $0.value(at: "metadata", "name") != "left"
            } == expect["deletes"]?.bool
        }
        try await scene.makePod(1)
        if expect["updates"]?.bool == true { try await scene.wait(forEndpoints: 2) }
        try await scene.deleteSlices()
        try await Task.sleep(for: .milliseconds(300))
        let isCreated = try await !scene.slices().isEmpty
        try await scene.patchService(["metadata": ["finalizers": .null]])
        guard isCreated == expect["creates"]?.bool else {
            throw Failure(at: "creates", expected: "\(!isCreated)", came: "\(isCreated)")
        }
    }

    private func playLimits(
        _ limits: [Int64], _ scene: EndpointScene, _ cluster: Cluster
    ) async throws {
        let count = Int(inputs["pods"]?.integer ?? 0)
        for index in 0..<count { try await scene.makePod(index) }
        for limit in limits {
            var settings = settings
            settings.options += ["--max-endpoints-per-slice", "\(limit)"]
            try await cluster.restart(settings)
            let scene = EndpointScene(cluster.api)
            try await scene.makeService()
            try await scene.wait(forEndpoints: count)
            let sizes = try await scene.slices().map { $0["endpoints"]?.array?.count ?? 0 }
            let wanted = expect["sliceSizes"]?["\(limit)"]?.array?.compactMap(\.integer) ?? []
            guard sizes.sorted(by: >).map(Int64.init) == wanted else {
                throw Failure(at: "limit \(limit)", expected: "\(wanted)", came: "\(sizes)")
            }
            try await scene.deleteService()
            try await scene.wait(forEndpoints: 0)
        }
    }

    private func playBatch(_ scene: EndpointScene) async throws {
        try await scene.makeService()
        try await scene.eventually("a slice") { try await scene.slices().count == 1 }
        let before = try await scene.generation()
        let times = (inputs["podsAdded"]?.array ?? []).compactMap { time in
            time.string.flatMap { Int($0.filter(\.isNumber)) }
        }
        var now = 0
        for (index, time) in times.enumerated() {
            try await Task.sleep(for: .milliseconds(time - now))
            now = time
            try await scene.makePod(index)
        }
        try await scene.wait(forEndpoints: times.count)
        let writes = try await scene.generation() - before
        guard writes == expect["writes"]?.integer else {
            throw Failure(
                at: "writes", expected: expect["writes"]?.text ?? "", came: "\(writes)")
        }
    }

    // MARK: Slices and annotations

    private func playStrangeSlice(_ slice: JSON, _ scene: EndpointScene) async throws {
        try await scene.makePod(0)
        let service = try await scene.makeService()
        let types = slice["addressType"]?.string ?? "IPv4"
        for type in types.split(separator: " ").filter({ $0 != "or" }) {
            try await scene.makeSlice(
                "left", addressType: String(type), of: service,
                ownerUID: slice["ownerUID"]?.string)
            try await scene.eventually("the end of the slice of type \(type)") {
                try await scene.slices().allSatisfy { slice in
                    slice.value(at: "metadata", "name") != "left"
                        || slice.value(at: "metadata", "ownerReferences")?.array?.first?["uid"]
                            == service.value(at: "metadata", "uid")
                            && slice["addressType"] == "IPv4"
                }
            }
            try await scene.wait(forEndpoints: 1)
        }
    }

    /// The two annotations must agree in the API, so which of them wins is for tests of the controller.
    private func playAnnotations(_ scene: EndpointScene) async throws {
        for zone in ["a", "b"] { try await scene.makeNode("node-\(zone)", zone: zone) }
        for index in 0..<4 { try await scene.makePod(index, node: index < 2 ? "node-a" : "node-b") }
        try await scene.makeService()
        try await scene.wait(forEndpoints: 4)
        for (list, isHinted) in [("on", true), ("off", false)] {
            for value in (expect[list]?.array ?? []).compactMap(\.string) {
                let annotation = "service.kubernetes.io/topology-mode"
                try await scene.patchService([
                    "metadata": [
                        "annotations": [annotation: value == "absent" ? .null : .string(value)]
                    ]
                ])
                try await scene.eventually("hints \(list) for \(value)") {
                    try await scene.slices().flatMap { $0["endpoints"]?.array ?? [] }
                        .allSatisfy { ($0["hints"] != nil) == isHinted }
                }
            }
        }
    }
}
