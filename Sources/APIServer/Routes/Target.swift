import KubeAPI

/// What a path below `/api/v1` or `/apis/<group>/<version>` names, where the server has it.
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
        guard let path = ResourcePath(path), path.rest.isEmpty,
            let resource = Resource.all.first(where: {
                $0.group == path.group && $0.version == path.version && $0.plural == path.plural
            })
        else { return nil }
        self.resource = resource
        namespace = path.namespace
        name = path.name
        subresource = path.subresource
        guard isSound else { return nil }
    }

    /// The methods that it takes.
    var methods: [String] {
        let isEverywhere = resource.isNamespaced && namespace == nil
        let onObjects = [
            ("delete", ["DELETE"]), ("get", ["GET", "HEAD"]), ("patch", ["PATCH"]),
            ("update", ["PUT"]),
        ]
        let onCollections = [
            ("deletecollection", ["DELETE"]), ("list", ["GET", "HEAD"]), ("create", ["POST"]),
        ]
        let all: [(verb: String, methods: [String])] =
            name != nil
            ? onObjects : onCollections.filter { !isEverywhere || $0.0 == "list" }
        let verbs = subresource.map(resource.verbs(ofSubresource:)) ?? resource.verbs
        return all.filter { verbs.contains($0.verb) }.flatMap(\.methods)
    }

    private var isSound: Bool {
        if namespace != nil, !resource.isNamespaced { return false }
        if name != nil, resource.isNamespaced, namespace == nil { return false }
        if let subresource { return resource.subresources.contains(subresource) }
        return true
    }
}
