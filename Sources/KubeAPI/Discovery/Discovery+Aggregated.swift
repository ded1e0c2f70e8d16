extension Discovery {
    func aggregated(_ format: Format, of isWanted: (String) -> Bool) -> JSON {
        let version = format == .aggregatedV2beta1 ? "v2beta1" : "v2"
        let items = groups.filter { isWanted($0.name) }.map { group -> JSON in
            [
                "metadata": ["name": .string(group.name), "creationTimestamp": nil],
                "versions": .array(
                    group.versions.map { version in
                        let resources = resources.filter {
                            $0.group == group.name && $0.version == version
                        }
                        return [
                            "version": .string(version),
                            "resources": .array(resources.map(Self.aggregated)),
                            "freshness": "Current",
                        ]
                    }),
            ]
        }
        return [
            "kind": "APIGroupDiscoveryList",
            "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": [:], "items": .array(items),
        ]
    }

    private static func aggregated(_ resource: Resource) -> JSON {
        let kind: JSON = [
            "group": .string(resource.group), "version": .string(resource.version),
            "kind": .string(resource.kind),
        ]
        var entry: JSON = [
            "resource": .string(resource.plural), "responseKind": kind,
            "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular), "verbs": .strings(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = .strings(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = .strings(resource.categories) }
        let connections = resource.connections.map { connection -> JSON in
            var options = kind
            options["kind"] = .string(connection.kind)
            return [
                "subresource": .string(connection.name), "responseKind": options,
                "verbs": .strings(Verbs.connection),
            ]
        }
        let subresources = resource.subresources.map { name -> JSON in
            [
                "subresource": .string(name), "responseKind": kind,
                "verbs": .strings(resource.verbs(ofSubresource: name)),
            ]
        }
        if !connections.isEmpty || !subresources.isEmpty {
            entry["subresources"] = .array(connections + subresources)
        }
        return entry
    }
}

extension Discovery.Format {
    /// The content type of the answer.
    package var contentType: String {
        switch self {
        case .plain: "application/json"
        case .aggregatedV2:
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        case .aggregatedV2beta1:
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
        }
    }

    /// The first format that an Accept header asks for and there is; plain if it asks for none.
    package init(accept: String) {
        for choice in accept.split(separator: ",") {
            let parts = choice.split(separator: ";").map { part in
                String(part.filter { $0 != " " })
            }
            guard parts.first == "application/json" else { continue }
            let parameters = Set(parts.dropFirst().filter { !$0.hasPrefix("q=") })
            let isGroupList =
                parameters.contains("g=apidiscovery.k8s.io")
                && parameters.contains("as=APIGroupDiscoveryList")
            if parameters.isEmpty {
                break
            } else if isGroupList && parameters.contains("v=v2") {
                self = .aggregatedV2
                return
            } else if isGroupList && parameters.contains("v=v2beta1") {
                self = .aggregatedV2beta1
                return
            }
        }
        self = .plain
    }
}
