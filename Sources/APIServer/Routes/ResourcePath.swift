import KubeAPI

/// What a path below `/api/<version>` or `/apis/<group>/<version>` names, whether or not there is such a thing. The one
/// reading of a path: authorization and routes both go by it.
struct ResourcePath: Sendable, Equatable {
    var group: String
    var version: String
    /// nil: all namespaces, or a resource without namespaces.
    var namespace: String?
    var plural: String
    /// nil: the collection.
    var name: String?
    var subresource: String?
    /// What follows the subresource.
    var rest: [String]

    /// Reads a whole path; nil where it names no resource, and for parts that no object or namespace is called.
    init?(_ path: [String]) {
        var rest = path[...]
        switch rest.popFirst() {
        case "api": group = ""
        case "apis":
            guard let name = rest.popFirst(), !name.isEmpty else { return nil }
            group = name
        default: return nil
        }
        guard let version = rest.popFirst() else { return nil }
        self.version = version
        if rest.first == "namespaces", rest.count > 2,
            !Resource.namespaces.subresources.contains(rest[rest.startIndex + 2])
        {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst() else { return nil }
        self.plural = plural
        name = rest.popFirst()
        subresource = rest.popFirst()
        self.rest = Array(rest)
        let parts = [namespace, name, subresource].compactMap(\.self)
        guard parts.allSatisfy(Self.isSegment) else { return nil }
    }

    /// As apimachinery's IsValidPathSegmentName.
    private static func isSegment(_ text: String) -> Bool {
        text != "." && text != ".." && !text.contains("/") && !text.contains("%")
    }
}

extension APIRequest {
    /// What the request wants to do.
    var attributes: RequestAttributes {
        guard let path = ResourcePath(path) else {
            let verb = method == "HEAD" ? "get" : method.lowercased()
            return .path("/" + self.path.joined(separator: "/"), verb: verb)
        }
        // A namespace is in itself: who has a role there may read it.
        let isNamespace = path.group.isEmpty && path.plural == Resource.namespaces.plural
        let namespace = path.namespace ?? (isNamespace ? path.name : nil)
        return .resource(
            ResourceAttributes(
                verb: verb(on: path), group: path.group, version: path.version,
                resource: path.plural, subresource: path.subresource ?? "",
                namespace: namespace ?? "", name: path.name ?? ""))
    }

    private func verb(on path: ResourcePath) -> String {
        switch method {
        case "GET", "HEAD":
            if path.subresource == nil, query.flag("watch") { return "watch" }
            return path.name == nil ? "list" : "get"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return path.name == nil ? "deletecollection" : "delete"
        default: return method.lowercased()
        }
    }
}
