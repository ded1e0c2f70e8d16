import KubeAPI
import Testing

private let reads = ["get", "list", "watch"]
private let writes = ["create", "update", "patch", "delete", "deletecollection"]
private let verbs = reads + writes

/// One resource of the table: which of the verbs each role has on it.
private struct Row: Sendable, CustomTestStringConvertible {
    let group: String
    let resource: String
    let namespace: String
    let edit: [String]
    let view: [String]
    let node: [String]

    init(
        _ resource: String, in group: String = "", namespace: String = "shop", edit: [String],
        view: [String] = reads, node: [String] = reads
    ) {
        self.group = group
        self.resource = resource
        self.namespace = namespace
        self.edit = edit
        self.view = view
        self.node = node
    }

    var testDescription: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

private let table = [
    Row("services", edit: verbs),
    Row("services/status", edit: reads, node: reads + ["update", "patch"]),
    Row(
        "services/proxy", edit: ["get", "create", "update", "patch", "delete"], view: [], node: []),
    Row("endpoints", edit: verbs),
    Row("pods", edit: verbs),
    Row("pods/status", edit: reads + ["update", "patch"], node: reads + ["update", "patch"]),
    Row("pods/exec", edit: [], view: [], node: []),
    Row("events", edit: verbs, node: reads + ["create", "update", "patch"]),
    Row("secrets", edit: [], view: [], node: []),
    Row("namespaces", namespace: "", edit: reads),
    Row("nodes", namespace: "", edit: reads, node: reads + ["create", "update", "patch"]),
    Row("nodes/status", namespace: "", edit: reads, node: reads + ["update", "patch"]),
    Row("endpointslices", in: "discovery.k8s.io", edit: verbs),
    Row(
        "leases", in: "coordination.k8s.io", edit: verbs,
        node: reads + ["create", "update", "patch", "delete"]),
    Row("events", in: "events.k8s.io", edit: verbs, node: reads + ["create", "update", "patch"]),
    Row("servicecidrs", in: "networking.k8s.io", namespace: "", edit: reads),
    Row("ipaddresses", in: "networking.k8s.io", namespace: "", edit: reads),
    Row("tokens", in: "pointsman.dev", namespace: "", edit: [], view: [], node: []),
    Row("services", in: "pointsman.dev", edit: [], view: [], node: []),
    Row("tokenreviews", in: "authentication.k8s.io", namespace: "", edit: [], view: [], node: []),
    Row(
        "subjectaccessreviews", in: "authorization.k8s.io", namespace: "", edit: [], view: [],
        node: []),
    Row(
        "localsubjectaccessreviews", in: "authorization.k8s.io", edit: [], view: [], node: []),
    Row(
        "selfsubjectaccessreviews", in: "authorization.k8s.io", namespace: "", edit: ["create"],
        view: ["create"], node: ["create"]),
    Row(
        "selfsubjectreviews", in: "authentication.k8s.io", namespace: "", edit: ["create"],
        view: ["create"], node: ["create"]),
]

private func user(_ groups: String...) -> UserInfo {
    UserInfo("somebody", groups: groups + [UserInfo.authenticated])
}

private func may(_ user: UserInfo, _ verb: String, _ row: Row) -> Bool {
    let parts = row.resource.split(separator: "/").map(String.init)
    return Authorizer.allows(
        user,
        .resource(
            ResourceAttributes(
                verb: verb, group: row.group, resource: parts[0],
                subresource: parts.count > 1 ? parts[1] : "", namespace: row.namespace)))
}

@Suite("Who may do what")
struct AuthorizerTests {
    @Test("Each role has exactly these verbs on a resource", arguments: table)
    fileprivate func roles(row: Row) {
        for (group, allowed) in [
            ("pointsman:edit", row.edit), ("pointsman:view", row.view),
            ("pointsman:node", row.node), ("pointsman:admin", verbs), ("system:masters", verbs),
        ] {
            for verb in verbs + ["impersonate"] {
                let isAllowed = allowed.contains(verb) || verb == "impersonate" && allowed == verbs
                let isAdmin = group == "pointsman:admin" || group == "system:masters"
                let expected = isAdmin || isAllowed && verb != "impersonate"
                #expect(may(user(group), verb, row) == expected, "\(group) \(verb)")
            }
        }
    }

    @Test("Without a role only the questions about oneself are left", arguments: table)
    fileprivate func strangers(row: Row) {
        let groups = [
            "", "pointsman", "pointsman:", "pointsman:root", "Pointsman:admin", "pointsman:admin ",
            "pointsman:admin:shop", "pointsman:node:shop", "pointsman:edit:", "system:nodes",
            "xpointsman:admin", "system:master", "pointsman:admin\u{0}",
        ]
        for verb in verbs {
            let isOwn = row.resource.hasPrefix("selfsubject") && verb == "create"
            #expect(may(user(), verb, row) == isOwn)
            for group in groups { #expect(may(user(group), verb, row) == isOwn, "\(group)") }
            #expect(!may(.anonymous, verb, row))
        }
    }

    @Test("A role for a namespace holds there and nowhere else", arguments: table)
    fileprivate func namespaces(row: Row) {
        var elsewhere = row
        elsewhere = Row(
            row.resource, in: row.group, namespace: "shop2", edit: row.edit, view: row.view)
        for (group, allowed) in [
            ("pointsman:edit:shop", row.edit), ("pointsman:view:shop", row.view),
        ] {
            for verb in verbs {
                let isOwn = row.resource.hasPrefix("selfsubject") && verb == "create"
                #expect(
                    may(user(group), verb, row)
                        == (row.namespace == "shop" && allowed.contains(verb) || isOwn
                            || row.resource == "nodes" && group.contains("edit")
                                && reads.contains(verb)),
                    "\(group) \(verb)")
                #expect(
                    may(user(group), verb, elsewhere)
                        == (isOwn
                            || row.resource == "nodes" && group.contains("edit")
                                && reads.contains(verb)),
                    "\(group) \(verb)")
            }
        }
    }

    @Test("Who may edit a namespace finds DNS and the API, and no other Service outside")
    func neighbours() {
        func get(_ namespace: String, _ name: String, _ verb: String = "get") -> Bool {
            Authorizer.allows(
                user("pointsman:edit:shop"),
                .resource(
                    ResourceAttributes(
                        verb: verb, resource: "services", namespace: namespace, name: name)))
        }
        #expect(get("kube-system", "kube-dns"))
        #expect(get("default", "kubernetes"))
        #expect(!get("default", "kube-dns"))
        #expect(!get("kube-system", "kubernetes"))
        #expect(!get("default", ""))
        #expect(!get("default", "kubernetes", "delete"))
    }

    @Test(
        "Paths that name no resource",
        arguments: [
            ("/healthz", "get", "everybody"), ("/livez", "get", "everybody"),
            ("/readyz", "get", "everybody"), ("/version", "get", "everybody"),
            ("/healthz", "post", "admin"), ("/healthz/x", "get", "admin"), ("/", "get", "admin"),
            ("/api", "get", "somebody"), ("/api/v1", "get", "somebody"),
            ("/apis/discovery.k8s.io", "get", "somebody"), ("/openapi/v2", "get", "somebody"),
            ("/openapi/v3/api/v1", "get", "somebody"), ("/apix", "get", "admin"),
            ("/API/v1", "get", "admin"), ("/metrics", "get", "admin"), ("/api", "put", "admin"),
        ])
    func paths(path: String, verb: String, who: String) {
        let wanted = RequestAttributes.path(path, verb: verb)
        #expect(Authorizer.allows(.anonymous, wanted) == (who == "everybody"))
        #expect(Authorizer.allows(user("pointsman:view"), wanted) == (who != "admin"))
        #expect(Authorizer.allows(user("system:masters"), wanted))
    }

    @Test("Refusals are worded as Kubernetes words them")
    func messages() {
        let user = UserInfo("jane", groups: [])
        func message(_ attributes: ResourceAttributes) -> String {
            Status.forbidden(user, .resource(attributes)).message
        }
        #expect(
            message(ResourceAttributes(verb: "list", resource: "services", namespace: "default"))
                == #"services is forbidden: User "jane" cannot list resource "services" in API group "" in the namespace "default""#
        )
        #expect(
            message(ResourceAttributes(verb: "list", resource: "nodes"))
                == #"nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope"#
        )
        #expect(
            message(
                ResourceAttributes(
                    verb: "update", group: "discovery.k8s.io", resource: "endpointslices",
                    subresource: "status", namespace: "a", name: "b"))
                == #"endpointslices.discovery.k8s.io "b" is forbidden: User "jane" cannot update resource "endpointslices/status" in API group "discovery.k8s.io" in the namespace "a""#
        )
        let path = Status.forbidden(user, .path("/y", verb: "get"))
        #expect(path.message == #"forbidden: User "jane" cannot get path "/y""#)
        #expect(path.json["code"] == 403)
        #expect(path.json["reason"] == "Forbidden")
    }

    @Test("A group names a role, and the group of a role is read back", arguments: Role.allCases)
    func groups(role: Role) {
        let wanted = RequestAttributes.resource(
            ResourceAttributes(verb: "list", resource: "services", namespace: "a"))
        #expect(Authorizer.allows(user(RoleBinding(role).group), wanted))
        let scoped = RoleBinding(role, namespace: "a")
        #expect(Authorizer.allows(user(scoped.group), wanted) == role.canBeNamespaced)
    }
}
