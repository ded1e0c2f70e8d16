/// A view of v1 Namespace.
package struct Namespace: Equatable, Sendable {
    package var metadata: ObjectMeta
    /// "Active" or "Terminating".
    package var phase = ""
    /// `spec.finalizers`.
    package var finalizers: [String] = []

    package init(metadata: ObjectMeta) { self.metadata = metadata }
}

extension Namespace: KubeObject {
    package static var resource: Resource { .namespaces }

    package init(json: JSON) {
        self.init(metadata: ObjectMeta(json: json["metadata"] ?? .null))
        phase = json.value(at: "status", "phase")?.string ?? ""
        finalizers = json["spec"]?.texts("finalizers") ?? []
    }
}
