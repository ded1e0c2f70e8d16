import KubeAPI

/// What a path below `/api/v1` or `/apis/<group>/<version>` names.
struct Target: Sendable, Equatable {
    var resource: Resource
    /// nil: all namespaces, or a resource without namespaces.
    var namespace: String?
    /// nil: the collection.
    var name: String?
    var subresource: String?

    var objectName: ObjectName { ObjectName(namespace: namespace ?? "", name: name ?? "") }

    /// Reads a whole path; nil if there is nothing there.
    init?(path: [String]) {
        var rest = path[...]
        let group: String
        switch rest.popFirst() {
        case "api": group = ""
        case "apis":
            guard let name = rest.popFirst() else { return nil }
            group = name
        default: return nil
        }
        guard let version = rest.popFirst() else { return nil }
        let resources = Resource.all.filter { $0.group == group && $0.version == version }
        if rest.first == "namespaces", rest.count > 2,
            !Resource.namespaces.subresources.contains(rest[rest.startIndex + 2])
        {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst(),
            let resource = resources.first(where: { $0.plural == plural })
        else { return nil }
        self.resource = resource
        name = rest.popFirst()
        subresource = rest.popFirst()
        guard rest.isEmpty, isSound else { return nil }
    }

    /// The methods that it takes.
    var methods: [String] {
        if subresource != nil { return ["GET", "HEAD", "PATCH", "PUT"] }
        if name != nil { return ["DELETE", "GET", "HEAD", "PATCH", "PUT"] }
        guard !resource.isNamespaced || namespace != nil else { return ["GET", "HEAD"] }
        let isDeletable = resource.verbs.contains("deletecollection")
        return (isDeletable ? ["DELETE"] : []) + ["GET", "HEAD", "POST"]
    }

    private var isSound: Bool {
        if namespace != nil, !resource.isNamespaced { return false }
        if name != nil, resource.isNamespaced, namespace == nil { return false }
        if let subresource { return resource.subresources.contains(subresource) }
        return true
    }
}
