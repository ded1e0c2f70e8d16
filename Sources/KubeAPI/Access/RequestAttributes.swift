/// What a request wants to do: all that its authorization looks at (authorization/v1 SubjectAccessReviewSpec).
package enum RequestAttributes: Sendable, Equatable {
    case resource(ResourceAttributes)
    /// A path that names no resource, such as `/version`; `verb` is the method in lower case, `get` for HEAD.
    case path(String, verb: String)
}

/// A verb on a resource (authorization/v1 ResourceAttributes).
package struct ResourceAttributes: Sendable, Equatable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, `impersonate`.
    package var verb: String
    /// "" for the core group.
    package var group: String
    package var version: String
    /// The plural of the URL.
    package var resource: String
    package var subresource: String
    /// "" for all namespaces and for what has none; a namespace itself is in the namespace of its name.
    package var namespace: String
    /// "" for a collection.
    package var name: String

    package init(
        verb: String, group: String = "", version: String = "v1", resource: String,
        subresource: String = "", namespace: String = "", name: String = ""
    ) {
        self.verb = verb
        self.group = group
        self.version = version
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
    }

    /// `services/status`, as rules and messages name it.
    package var resourceAndSubresource: String {
        subresource.isEmpty ? resource : "\(resource)/\(subresource)"
    }
}

extension Status {
    /// The 403 answer to a request that its user may not make, in Kubernetes' words (apiserver,
    /// pkg/endpoints/handlers/responsewriters/errors.go).
    package static func forbidden(_ user: UserInfo, _ attributes: RequestAttributes) -> Status {
        let who = "User \"\(user.username)\" cannot"
        switch attributes {
        case .path(let path, let verb):
            return Status(.forbidden, "forbidden: \(who) \(verb) path \"\(path)\"")
        case .resource(let wanted):
            let scope =
                wanted.namespace.isEmpty
                ? "at the cluster scope" : "in the namespace \"\(wanted.namespace)\""
            let action =
                "\(who) \(wanted.verb) resource \"\(wanted.resourceAndSubresource)\" "
                + "in API group \"\(wanted.group)\" \(scope)"
            let group = wanted.group.isEmpty ? "" : ".\(wanted.group)"
            let name = wanted.name.isEmpty ? "" : " \"\(wanted.name)\""
            return Status(
                .forbidden, "\(wanted.resource)\(group)\(name) is forbidden: \(action)",
                details: Details(name: wanted.name, group: wanted.group, kind: wanted.resource))
        }
    }
}
