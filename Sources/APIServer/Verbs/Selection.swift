import KubeAPI

/// Which objects of a resource a list or a watch is about.
struct Selection: Hashable, Sendable {
    var namespace: String?
    var labels = LabelSelector()
    var fields = FieldSelector()

    /// Nothing but the resource and the namespace limits it: objects need not be read to be selected.
    var selectsEverything: Bool { labels.selectsEverything && fields.selectsEverything }

    func matches(_ object: JSON) -> Bool { labels.matches(object) && fields.matches(object) }

    /// What the key of every selected object begins with.
    func keyPrefix(_ resource: Resource) -> String {
        let namespace = namespace ?? (resource.isNamespaced ? fields.namespace : nil)
        guard let name = fields.name, namespace != nil || !resource.isNamespaced else {
            return resource.keyPrefix(namespace: namespace)
        }
        return resource.key(ObjectName(namespace: namespace ?? "", name: name))
    }
}

extension Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    init(_ resource: Resource, namespace: String?, labels: String, fields: String) throws(Status) {
        self.namespace = namespace
        if !labels.isEmpty { self.labels = try LabelSelector(parsing: labels) }
        if !fields.isEmpty { self.fields = try FieldSelector(parsing: fields, for: resource) }
    }
}
