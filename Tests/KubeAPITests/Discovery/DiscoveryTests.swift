import Testing

@testable import KubeAPI

@Suite("Discovery")
struct DiscoveryTests {
    let discovery = Discovery(serverAddress: "127.0.0.1:6443")

    @Test("/api names the core version and the address of the server")
    func core() throws {
        #expect(
            try discovery.core(.plain)
                == tree(
                    #"{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"127.0.0.1:6443"}]}"#
                ))
    }

    @Test("/apis lists the named groups, each as /apis/<group> shows it")
    func groups() throws {
        let version: JSON = ["groupVersion": "discovery.k8s.io/v1", "version": "v1"]
        let group: JSON = [
            "name": "discovery.k8s.io", "versions": [version], "preferredVersion": version,
        ]
        let groups = discovery.namedGroups(.plain)["groups"]?.array ?? []
        #expect(groups.first == group)
        #expect(
            groups.map { $0["name"] } == [
                "discovery.k8s.io", "networking.k8s.io", "coordination.k8s.io", "events.k8s.io",
                "authorization.k8s.io", "authentication.k8s.io", "pointsman.dev",
            ])
        var alone = group
        alone["kind"] = "APIGroup"
        alone["apiVersion"] = "v1"
        #expect(discovery.group("discovery.k8s.io") == alone)
        #expect(discovery.group("apps") == nil)
        #expect(discovery.group("") == nil)
    }

    @Test("a group version lists its resources and their subresources")
    func resources() throws {
        let list = try #require(discovery.resources(group: "", version: "v1"))
        #expect(list["groupVersion"] == "v1")
        let entries = list["resources"]?.array ?? []
        let names = entries.compactMap { $0["name"]?.string }
        #expect(
            names == [
                "services", "services/proxy", "services/status", "endpoints", "pods",
                "pods/status", "nodes", "nodes/status", "namespaces",
                "namespaces/finalize", "namespaces/status", "events",
            ])
        #expect(entries.first { $0["name"] == "namespaces/finalize" }?["verbs"] == ["update"])
        #expect(
            try entries.first
                == tree(
                    #"{"name":"services","singularName":"service","namespaced":true,"kind":"Service","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["svc"],"categories":["all"],"storageVersionHash":"0/CO1lhkEBI="}"#
                ))
        #expect(
            try entries[1]
                == tree(
                    #"{"name":"services/proxy","singularName":"","namespaced":true,"kind":"ServiceProxyOptions","verbs":["create","delete","get","patch","update"]}"#
                ))
        #expect(
            try entries[2]
                == tree(
                    #"{"name":"services/status","singularName":"","namespaced":true,"kind":"Service","verbs":["get","patch","update"]}"#
                ))
        #expect(discovery.resources(group: "", version: "v2") == nil)
    }

    @Test("networks and addresses are there for the whole cluster")
    func networking() throws {
        let list = try #require(discovery.resources(group: "networking.k8s.io", version: "v1"))
        let entries = list["resources"]?.array ?? []
        #expect(
            entries.map { $0["name"] } == ["servicecidrs", "servicecidrs/status", "ipaddresses"])
        #expect(entries.allSatisfy { $0["namespaced"] == false })
        #expect(entries.map { $0["singularName"] } == ["servicecidr", "", "ipaddress"])
        #expect(entries.map { $0["shortNames"] } == [nil, nil, ["ip"]])
    }

    @Test("the aggregated form says the same in one document", arguments: ["v2", "v2beta1"])
    func aggregated(_ version: String) throws {
        let format = Discovery.Format(
            accept:
                "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList,application/json"
        )
        #expect(format.contentType.contains("v=\(version);"))
        let list = discovery.core(format)
        #expect(list["apiVersion"]?.string == "apidiscovery.k8s.io/\(version)")
        let group = try #require(list["items"]?.array?.first)
        #expect(group.value(at: "metadata", "name") == "")
        let resources = group["versions"]?.array?.first?["resources"]?.array ?? []
        #expect(
            resources.map { $0["resource"] }
                == Resource.all.filter(\.group.isEmpty).map {
                    .string($0.plural)
                })
        #expect(
            try resources.first
                == tree(
                    #"{"resource":"services","responseKind":{"group":"","version":"v1","kind":"Service"},"scope":"Namespaced","singularResource":"service","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["svc"],"categories":["all"],"subresources":[{"subresource":"proxy","responseKind":{"group":"","version":"v1","kind":"ServiceProxyOptions"},"verbs":["create","delete","get","patch","update"]},{"subresource":"status","responseKind":{"group":"","version":"v1","kind":"Service"},"verbs":["get","patch","update"]}]}"#
                ))
        let named = discovery.namedGroups(format)["items"]?.array ?? []
        #expect(
            named.map { $0.value(at: "metadata", "name") } == [
                "discovery.k8s.io", "networking.k8s.io", "coordination.k8s.io", "events.k8s.io",
                "authorization.k8s.io", "authentication.k8s.io", "pointsman.dev",
            ])
    }

    @Test(
        "the first format that is offered wins",
        arguments: [
            ("", .plain), ("application/json, */*", .plain), ("*/*", .plain),
            (
                "application/json,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                .plain
            ),
            (
                "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList, application/json; v=v2beta1; g=apidiscovery.k8s.io; as=APIGroupDiscoveryList;q=0.9",
                .aggregatedV2beta1
            ),
            (
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
                .aggregatedV2
            ),
        ] as [(String, Discovery.Format)])
    func accept(_ header: String, _ format: Discovery.Format) {
        #expect(Discovery.Format(accept: header) == format)
    }
}
