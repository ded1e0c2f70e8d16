/// What the server says of itself: which groups, versions and resources there are.
///
/// Source: the kinds APIVersions, APIGroupList, APIGroup and APIResourceList of meta/v1, and
/// APIGroupDiscoveryList of apidiscovery.k8s.io.
package struct Discovery: Sendable {
    /// How a client wants to be told.
    package enum Format: Sendable, CaseIterable {
        /// One document a group version, `application/json`.
        case plain
        /// All of `/api` or `/apis` in one document.
        case aggregatedV2, aggregatedV2beta1
    }

    /// The groups in the order of their first resource, with their versions.
    package let groups: [(name: String, versions: [String])]
    let resources: [Resource]
    /// `host:port` of the server, as clients reach it.
    let serverAddress: String

    /// - Parameters:
    ///   - resources: what the server offers; versions of a group in the order of preference.
    ///   - serverAddress: `host:port`, as clients reach it.
    package init(resources: [Resource] = Resource.all, serverAddress: String) {
        self.resources = resources
        self.serverAddress = serverAddress
        var groups: [(name: String, versions: [String])] = []
        for resource in resources {
            if let index = groups.firstIndex(where: { $0.name == resource.group }) {
                if !groups[index].versions.contains(resource.version) {
                    groups[index].versions.append(resource.version)
                }
            } else {
                groups.append((resource.group, [resource.version]))
            }
        }
        self.groups = groups
    }
}

extension Discovery {
    /// `/api`.
    package func core(_ format: Format) -> JSON {
        switch format {
        case .aggregatedV2, .aggregatedV2beta1: return aggregated(format) { $0.isEmpty }
        case .plain:
            return [
                "kind": "APIVersions",
                "versions": .strings(groups.first { $0.name.isEmpty }?.versions ?? []),
                "serverAddressByClientCIDRs": [
                    ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(serverAddress)]
                ],
            ]
        }
    }

    /// `/apis`.
    package func namedGroups(_ format: Format) -> JSON {
        switch format {
        case .aggregatedV2, .aggregatedV2beta1: return aggregated(format) { !$0.isEmpty }
        case .plain:
            return [
                "kind": "APIGroupList", "apiVersion": "v1",
                "groups": .array(groups.filter { !$0.name.isEmpty }.map(Self.group)),
            ]
        }
    }

    /// `/apis/<group>`; nil if there is no such group.
    package func group(_ name: String) -> JSON? {
        guard !name.isEmpty, let group = groups.first(where: { $0.name == name }) else {
            return nil
        }
        var json: JSON = ["kind": "APIGroup", "apiVersion": "v1"]
        for (key, value) in Self.group(group).object ?? [:] { json[key] = value }
        return json
    }

    /// `/api/<version>` (group "") or `/apis/<group>/<version>`; nil if there is no such version.
    package func resources(group: String, version: String) -> JSON? {
        let resources = resources.filter { $0.group == group && $0.version == version }
        guard let first = resources.first else { return nil }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(first.apiVersion),
            "resources": .array(resources.flatMap(Self.entries)),
        ]
    }

    private static func group(_ group: (name: String, versions: [String])) -> JSON {
        let versions: [JSON] = group.versions.map {
            ["groupVersion": .string("\(group.name)/\($0)"), "version": .string($0)]
        }
        return [
            "name": .string(group.name), "versions": .array(versions),
            "preferredVersion": versions[0],
        ]
    }

    private static func entries(_ resource: Resource) -> [JSON] {
        var entry: JSON = [
            "name": .string(resource.plural), "singularName": .string(resource.singular),
            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
            "verbs": .strings(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = .strings(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = .strings(resource.categories) }
        entry["storageVersionHash"] = resource.storageVersionHash.map(JSON.string)
        let subresources = resource.subresources.map { name -> JSON in
            [
                "name": .string("\(resource.plural)/\(name)"), "singularName": "",
                "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
                "verbs": .strings(resource.verbs(ofSubresource: name)),
            ]
        }
        let connections = resource.connections.map { connection -> JSON in
            [
                "name": .string("\(resource.plural)/\(connection.name)"), "singularName": "",
                "namespaced": .bool(resource.isNamespaced), "kind": .string(connection.kind),
                "verbs": .strings(Verbs.connection),
            ]
        }
        return [entry] + connections + subresources
    }

    enum Verbs {
        static let connection = ["create", "delete", "get", "patch", "update"]
    }
}
