/// Verbs that are allowed on resources, or on paths that name none (rbac/v1 PolicyRule). `*` stands for everything.
package struct PolicyRule: Sendable, Equatable {
    package var verbs: [String]
    package var groups: [String] = []
    /// Plurals, with the subresource where one is meant: `pods/status`.
    package var resources: [String] = []
    /// The only objects that are meant; empty: all.
    package var names: [String] = []
    /// Paths; one that ends with `*` stands for all that begin so.
    package var paths: [String] = []

    static func resources(
        _ resources: String..., in group: String = "", verbs: [String]
    ) -> PolicyRule {
        PolicyRule(verbs: verbs, groups: [group], resources: resources)
    }

    func allows(_ attributes: RequestAttributes) -> Bool {
        switch attributes {
        case .resource(let wanted):
            Self.covers(verbs, wanted.verb) && Self.covers(groups, wanted.group)
                && Self.covers(resources, wanted.resourceAndSubresource)
                && (names.isEmpty || names.contains(wanted.name))
        case .path(let path, let verb):
            Self.covers(verbs, verb) && paths.contains { Self.covers($0, path) }
        }
    }

    private static func covers(_ allowed: [String], _ wanted: String) -> Bool {
        allowed.contains { $0 == "*" || $0 == wanted }
    }

    private static func covers(_ pattern: String, _ path: String) -> Bool {
        pattern.hasSuffix("*") ? path.hasPrefix(pattern.dropLast()) : path == pattern
    }
}
