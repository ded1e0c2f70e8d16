package import KubeAPI

/// The EndpointSlices and Endpoints that are there after a step, in the form of endpointslice.yaml.
package struct ObservedEndpoints: Equatable, Sendable {
    private let slices: [JSON]
    private let endpoints: [JSON]

    package init(slices: [JSON], endpoints: [JSON]) {
        self.slices = slices
        self.endpoints = endpoints
    }

    package init(_ cluster: FakeCluster) {
        self.init(
            slices: cluster.objects(EndpointSlice.self).map(\.json),
            endpoints: cluster.objects(Endpoints.self).map(\.json))
    }

    /// What differs from the expectation, as texts; none if all is as expected.
    package func differences(from expected: JSON) -> [String] {
        if let sizes = expected["sliceSizes"]?.array?.compactMap(\.integer) {
            return sizeDifferences(sizes, expected)
        }
        var differences = Self.compare(
            slices.map(Self.slice), expected["slices"]?.array?.map(Self.expectedSlice) ?? [])
        let prefixes = expected["slices"]?.array?.compactMap { $0["namePrefix"]?.string } ?? []
        for name in slices.compactMap({ $0.value(at: "metadata", "name")?.string })
        where !prefixes.contains(where: name.hasPrefix) {
            differences.append("the name \(name)")
        }
        if let wanted = expected["endpoints"]?.array {
            differences += Self.compare(endpoints.map(Self.endpoints), wanted.map(Self.sorted))
        }
        return differences
    }

    private func sizeDifferences(_ sizes: [Int64], _ expected: JSON) -> [String] {
        let found = slices.map { Int64($0["endpoints"]?.array?.count ?? 0) }.sorted(by: >)
        let subsets = endpoints.flatMap { $0["subsets"]?.array ?? [] }
        func sum(_ key: String) -> Int64 {
            subsets.reduce(0) { $0 + Int64($1[key]?.array?.count ?? 0) }
        }
        var differences: [String] = []
        if found != sizes.sorted(by: >) { differences.append("sizes \(found)") }
        if sum("addresses") != expected["endpointsReady"]?.integer {
            differences.append("\(sum("addresses")) ready")
        }
        if sum("notReadyAddresses") != expected["endpointsNotReady"]?.integer {
            differences.append("\(sum("notReadyAddresses")) not ready")
        }
        let annotation = endpoints.compactMap {
            $0.value(at: "metadata", "annotations", EndpointsAnnotation.overCapacity)?.string
        }.first
        if annotation != expected["overCapacityAnnotation"]?.string {
            differences.append("over-capacity annotation \(annotation ?? "none")")
        }
        return differences
    }

    private static func compare(_ found: [JSON], _ wanted: [JSON]) -> [String] {
        var missing = wanted
        var differences: [String] = []
        for object in found {
            if let index = missing.firstIndex(of: object) {
                missing.remove(at: index)
            } else {
                differences.append("unexpected \(text(object))")
            }
        }
        return differences + missing.map { "missing \(text($0))" }
    }

    private static func text(_ json: JSON) -> String {
        String(decoding: json.encoded(), as: UTF8.self)
    }

    private static func slice(_ json: JSON) -> JSON {
        var result: JSON = [
            "addressType": json["addressType"] ?? .null,
            "labels": json.value(at: "metadata", "labels") ?? [:],
        ]
        result["annotations"] = annotations(json)
        if var owner = json.value(at: "metadata", "ownerReferences")?.array?.first {
            owner["uid"] = nil
            result["owner"] = owner
        }
        result["endpoints"] = .array((json["endpoints"]?.array ?? []).map(withoutUID))
        result["ports"] = json["ports"]
        return sorted(result)
    }

    private static func expectedSlice(_ json: JSON) -> JSON {
        var json = json
        json["namePrefix"] = nil
        return sorted(json)
    }

    private static func endpoints(_ json: JSON) -> JSON {
        var result: JSON = ["name": json.value(at: "metadata", "name") ?? .null]
        if let labels = json.value(at: "metadata", "labels") { result["labels"] = labels }
        result["annotations"] = annotations(json)
        result["subsets"] = .array(
            (json["subsets"]?.array ?? []).map { subset in
                var subset = subset
                for key in ["addresses", "notReadyAddresses"] {
                    if let list = subset[key]?.array { subset[key] = .array(list.map(withoutUID)) }
                }
                return subset
            })
        return sorted(result)
    }

    private static func annotations(_ json: JSON) -> JSON? {
        guard var annotations = json.value(at: "metadata", "annotations") else { return nil }
        let key = EndpointsAnnotation.lastChange
        if annotations[key] != nil { annotations[key] = "<time>" }
        return annotations
    }

    private static func withoutUID(_ endpoint: JSON) -> JSON {
        var endpoint = endpoint
        if var reference = endpoint["targetRef"] {
            reference["uid"] = nil
            endpoint["targetRef"] = reference
        }
        if endpoint["conditions"] == nil, endpoint["addresses"] != nil {
            endpoint["conditions"] = [:]
        }
        return endpoint
    }

    /// Lists whose order means nothing, in one order; no ports are written in one way.
    private static func sorted(_ json: JSON) -> JSON {
        var json = json
        for key in ["endpoints", "ports", "subsets", "addresses", "notReadyAddresses"] {
            guard let list = json[key]?.array else { continue }
            let inner = list.map { $0.object == nil ? $0 : sorted($0) }
            json[key] =
                inner.isEmpty && key == "ports"
                ? .null : .array(inner.sorted { order($0) < order($1) })
        }
        if json["ports"] == nil, json["addressType"] != nil { json["ports"] = .null }
        return json
    }

    private static func order(_ json: JSON) -> String {
        if let reference = json.value(at: "targetRef", "name")?.string { return reference }
        if let ip = json["ip"]?.string { return ip }
        if let name = json["name"]?.string { return name }
        return text(json["addresses"] ?? json)
    }
}

private enum EndpointsAnnotation {
    static let lastChange = "endpoints.kubernetes.io/last-change-trigger-time"
    static let overCapacity = "endpoints.kubernetes.io/over-capacity"
}
