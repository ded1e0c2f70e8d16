/// A field of a resource that objects can be selected by.
package struct SelectableField: Hashable, Sendable {
    /// As in the selector: `metadata.name`, `spec.nodeName`.
    package let label: String
    /// Where the value stands in the object.
    private let path: [String]
    /// Where it stands if it is not there.
    private let otherPath: [String]
    /// What an absent value counts as.
    private let absent: String

    init(_ label: String, absent: String = "") {
        self.init(
            label, path: label.split(separator: ".").map(String.init), orPath: [], absent: absent)
    }

    private init(
        _ label: String, path: [String], orPath otherPath: [String], absent: String = ""
    ) {
        self.label = label
        self.path = path
        self.otherPath = otherPath
        self.absent = absent
    }

    /// The values of the field: one, or each element's of a list (`status.podIPs`).
    func values(in object: JSON) -> [String] {
        var value = Self.value(object, path)
        if !otherPath.isEmpty, (value?.string ?? "").isEmpty {
            value = Self.value(object, otherPath)
        }
        switch value {
        case .string(let text): return [text]
        case .bool(let flag): return [String(flag)]
        case .integer(let number): return [String(number)]
        case .array(let elements): return elements.compactMap { $0["ip"]?.string ?? $0.string }
        case .null, .double, .object, nil: return [absent]
        }
    }

    private static func value(_ object: JSON, _ path: [String]) -> JSON? {
        var value: JSON? = object
        for key in path { value = value?[key] }
        return value
    }

    /// The fields of `resource` (Kubernetes' pkg/apis/core/v1/conversion.go).
    static func all(of resource: Resource) -> [SelectableField] {
        common + (own[resource] ?? [])
    }

    private static let common = [
        SelectableField("metadata.name"), SelectableField("metadata.namespace"),
    ]

    private static let own: [Resource: [SelectableField]] = [
        .services: [SelectableField("spec.clusterIP"), SelectableField("spec.type")],
        .pods: [
            SelectableField("spec.nodeName"), SelectableField("spec.restartPolicy"),
            SelectableField("spec.schedulerName"), SelectableField("spec.serviceAccountName"),
            SelectableField("spec.hostNetwork", absent: "false"), SelectableField("status.phase"),
            SelectableField("status.podIP"), SelectableField("status.podIPs"),
            SelectableField("status.nominatedNodeName"),
        ],
        .nodes: [SelectableField("spec.unschedulable", absent: "false")],
        .namespaces: [SelectableField("status.phase")],
        .events: about("involvedObject") + [
            SelectableField("reason"), SelectableField("reportingComponent"),
            SelectableField("type"),
            SelectableField(
                "source", path: ["source", "component"], orPath: ["reportingComponent"]),
        ],
        .groupEvents: about("regarding") + [
            SelectableField("reason"), SelectableField("reportingController"),
            SelectableField("type"),
        ],
    ]

    /// The fields of a reference.
    private static func about(_ reference: String) -> [SelectableField] {
        ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map {
            SelectableField("\(reference).\($0)")
        }
    }
}
