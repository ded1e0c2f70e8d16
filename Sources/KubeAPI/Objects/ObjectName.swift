/// What tells an object from the others of its resource. The namespace is "" for cluster-scoped objects.
package struct ObjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The name of a cluster-scoped object.
    package init(_ name: String) {
        self.init(namespace: "", name: name)
    }

    /// `default/web`, or the bare name where there is no namespace.
    package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

    package static func < (a: ObjectName, b: ObjectName) -> Bool {
        a.namespace == b.namespace ? a.name < b.name : a.namespace < b.namespace
    }
}
