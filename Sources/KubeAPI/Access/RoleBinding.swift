/// A role, everywhere or in one namespace. Membership in a group gives it: `pointsman:view` everywhere,
/// `pointsman:view:shop` in the namespace shop; `system:masters` is the group of Kubernetes' own administrators.
package struct RoleBinding: Sendable, Equatable {
    package var role: Role
    /// nil: everywhere.
    package var namespace: String?

    package init(_ role: Role, namespace: String? = nil) {
        self.role = role
        self.namespace = namespace
    }

    /// What a group gives; nil for one that gives nothing.
    init?(group: String) {
        if group == UserInfo.masters {
            self.init(.admin)
            return
        }
        let parts = group.split(
            separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == Self.prefix, let role = Role(rawValue: String(parts[1]))
        else { return nil }
        if parts.count == 2 {
            self.init(role)
        } else {
            guard role.canBeNamespaced, !parts[2].isEmpty else { return nil }
            self.init(role, namespace: String(parts[2]))
        }
    }

    private static let prefix = "pointsman"

    /// The group that gives it.
    package var group: String {
        let group = "\(Self.prefix):\(role.rawValue)"
        return namespace.map { "\(group):\($0)" } ?? group
    }

    var grants: [Grant] {
        guard let namespace else { return [Grant(rules: role.rules)] }
        let own = Grant(namespace: namespace, rules: role.rules)
        return role == .edit ? [own] + Self.neededToRunPods : [own]
    }

    /// What `pointsman run` looks up besides: the Node it is on, the addresses of DNS and of the API.
    private static let neededToRunPods = [
        Grant(rules: [.resources("nodes", verbs: Role.read)]),
        Grant(
            namespace: "kube-system",
            rules: [
                PolicyRule(
                    verbs: ["get"], groups: [""], resources: ["services"], names: ["kube-dns"])
            ]),
        Grant(
            namespace: "default",
            rules: [
                PolicyRule(
                    verbs: ["get"], groups: [""], resources: ["services"], names: ["kubernetes"])
            ]),
    ]
}

/// Rules that hold everywhere or in one namespace.
struct Grant: Sendable {
    /// nil: everywhere, also for what has no namespace.
    var namespace: String?
    var rules: [PolicyRule]

    func allows(_ attributes: RequestAttributes) -> Bool {
        if let namespace {
            guard case .resource(let wanted) = attributes, wanted.namespace == namespace else {
                return false
            }
        }
        return rules.contains { $0.allows(attributes) }
    }
}
