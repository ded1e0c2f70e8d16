import Testing

@testable import KubeAPI

/// 2026-11-23T12:00:00Z
private let now = Timestamp(secondsSinceEpoch: 1_795_435_200)

/// The cells of an object's row; `wide` adds those of `-o wide`.
private func cells(
    _ object: String, _ resource: Resource, wide: Bool = false
) throws -> [String] {
    let table = try Table.make(resource: resource, objects: [tree(object)], now: now)
    let columns = try #require(table["columnDefinitions"]?.array)
    let cells = try #require(table["rows"]?.array?.first?["cells"]?.array)
    return zip(columns, cells).filter { wide || $0.0["priority"] == 0 }.map {
        $0.1.string ?? String($0.1.integer ?? -1)
    }
}

@Suite("Tables")
struct TableTests {
    @Test(
        "columns are those of Kubernetes",
        arguments: [
            (
                .services, ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"],
                ["Selector"]
            ),
            (.endpoints, ["Name", "Endpoints", "Age"], []),
            (.endpointSlices, ["Name", "AddressType", "Ports", "Endpoints", "Age"], []),
            (
                .pods, ["Name", "Ready", "Status", "Restarts", "Age"],
                ["IP", "Node", "Nominated Node", "Readiness Gates"]
            ),
            (
                .nodes, ["Name", "Status", "Roles", "Age", "Version"],
                ["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"]
            ),
            (.namespaces, ["Name", "Status", "Age"], []),
            (.serviceCIDRs, ["Name", "CIDRs", "Age"], []),
            (.ipAddresses, ["Name", "ParentRef"], []),
            (.leases, ["Name", "Holder", "Age"], []),
            (
                .groupEvents, ["Last Seen", "Type", "Reason", "Object", "Message"],
                ["Subobject", "Source", "First Seen", "Count", "Name"]
            ),
            (
                .events, ["Last Seen", "Type", "Reason", "Object", "Message"],
                ["Subobject", "Source", "First Seen", "Count", "Name"]
            ),
        ] as [(Resource, [String], [String])])
    func columns(_ resource: Resource, _ shown: [String], _ wide: [String]) throws {
        let table = Table.make(resource: resource, objects: [], now: now)
        let columns = try #require(table["columnDefinitions"]?.array)
        #expect(columns.filter { $0["priority"] == 0 }.map { $0.text("name") } == shown)
        #expect(columns.filter { $0["priority"] == 1 }.map { $0.text("name") } == wide)
        #expect(columns.allSatisfy { !$0.text("description").isEmpty })
        #expect(columns.filter { $0["format"] == "name" }.map { $0.text("name") } == ["Name"])
        #expect(table["rows"] == [])
        #expect(table["apiVersion"] == "meta.k8s.io/v1")
    }

    @Test("a row carries metadata, the object or nothing; later tables of a watch have no columns")
    func rows() throws {
        let object: JSON = ["metadata": ["name": "a", "labels": ["x": "y"]], "spec": [:]]
        func row(_ include: Table.IncludeObject) -> JSON? {
            Table.make(resource: .services, objects: [object], now: now, includeObject: include)[
                "rows"]?.array?.first?["object"]
        }
        #expect(try row(.init(query: nil))?["metadata"] == object["metadata"])
        #expect(row(.metadata)?["kind"] == "PartialObjectMetadata")
        #expect(row(.metadata)?["spec"] == nil)
        #expect(row(.object) == object)
        #expect(row(.none) == nil)
        #expect(throws: Status.self) { try Table.IncludeObject(query: "Some") }
        let later = Table.make(
            resource: .services, objects: [object], now: now, version: "v1beta1",
            metadata: ["resourceVersion": "7"], withColumns: false)
        #expect(later["columnDefinitions"]?.isNull == true)
        #expect(later["apiVersion"] == "meta.k8s.io/v1beta1")
        #expect(later.value(at: "metadata", "resourceVersion") == "7")
    }

    @Test(
        "Services",
        arguments: [
            (
                #"{"metadata":{"name":"db","creationTimestamp":"2026-11-18T09:00:00Z"},"spec":{"type":"ClusterIP","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","fd00::7"],"ports":[{"port":3306,"protocol":"TCP"}],"selector":{"b":"2","a":"1"}}}"#,
                ["db", "ClusterIP", "10.96.0.7", "<none>", "3306/TCP", "5d3h", "a=1,b=2"]
            ),
            (
                #"{"metadata":{"name":"np"},"spec":{"type":"NodePort","clusterIP":"10.96.0.8","externalIPs":["192.0.2.1"],"ports":[{"port":80,"nodePort":30000,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}}"#,
                [
                    "np", "NodePort", "10.96.0.8", "192.0.2.1", "80:30000/TCP,53/UDP", "<unknown>",
                    "<none>",
                ]
            ),
            (
                #"{"metadata":{"name":"lb"},"spec":{"type":"LoadBalancer","clusterIP":"10.96.0.9"}}"#,
                ["lb", "LoadBalancer", "10.96.0.9", "<pending>", "<none>", "<unknown>", "<none>"]
            ),
            (
                #"{"metadata":{"name":"lb"},"spec":{"type":"LoadBalancer","clusterIP":"10.96.0.9","externalIPs":["192.0.2.1"]},"status":{"loadBalancer":{"ingress":[{"ip":"198.51.100.1"},{"hostname":"lb.example.com"}]}}}"#,
                [
                    "lb", "LoadBalancer", "10.96.0.9", "198.51.100.1,lb.example.com,192.0.2.1",
                    "<none>", "<unknown>", "<none>",
                ]
            ),
            (
                #"{"metadata":{"name":"en"},"spec":{"type":"ExternalName","externalName":"db.example.com"}}"#,
                ["en", "ExternalName", "<none>", "db.example.com", "<none>", "<unknown>", "<none>"]
            ),
            (
                #"{"metadata":{"name":"hl"},"spec":{"type":"ClusterIP","clusterIP":"None"}}"#,
                ["hl", "ClusterIP", "None", "<none>", "<none>", "<unknown>", "<none>"]
            ),
        ])
    func services(_ object: String, _ expected: [String]) throws {
        #expect(try cells(object, .services, wide: true) == expected)
    }

    @Test(
        "Endpoints and EndpointSlices show three addresses and count the others",
        arguments: [
            (.endpoints, #"{"metadata":{"name":"e"}}"#, ["e", "<none>", "<unknown>"]),
            (
                .endpoints,
                #"{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}],"ports":[{"port":80}]}]}"#,
                ["e", "10.0.0.1:80,[fd00::1]:80", "<unknown>"]
            ),
            (
                .endpoints,
                #"{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"},{"ip":"10.0.0.3"}],"ports":[{"port":80},{"port":81}]}]}"#,
                ["e", "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 3 more...", "<unknown>"]
            ),
            (
                .endpoints,
                #"{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"}]}]}"#,
                ["e", "10.0.0.1", "<unknown>"]
            ),
            (
                .endpointSlices,
                #"{"metadata":{"name":"s"},"addressType":"IPv4","ports":[{"port":80},{"name":"x"},{}],"endpoints":[{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.2"]},{"addresses":["10.0.0.3"]},{"addresses":["10.0.0.4"]}]}"#,
                ["s", "IPv4", "80,x,*", "10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...", "<unknown>"]
            ),
            (
                .endpointSlices, #"{"metadata":{"name":"s"},"addressType":"IPv6","endpoints":[]}"#,
                ["s", "IPv6", "<unset>", "<unset>", "<unknown>"]
            ),
        ] as [(Resource, String, [String])])
    func endpoints(_ resource: Resource, _ object: String, _ expected: [String]) throws {
        #expect(try cells(object, resource) == expected)
    }

    @Test("Nodes and Namespaces")
    func clusterScoped() throws {
        #expect(
            try cells(
                #"{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"","node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"192.0.2.5"}],"nodeInfo":{"kubeletVersion":"v1","kernelVersion":"6.1"}}}"#,
                .nodes, wide: true) == [
                    "n", "Ready,SchedulingDisabled", "control-plane,worker", "<unknown>", "v1",
                    "192.0.2.5", "<none>", "<unknown>", "6.1", "<unknown>",
                ])
        #expect(
            try cells(#"{"metadata":{"name":"n"}}"#, .nodes) == [
                "n", "Unknown", "<none>", "<unknown>", "",
            ])
        #expect(
            try cells(
                #"{"metadata":{"name":"d","creationTimestamp":"2026-11-23T11:58:30Z"},"status":{"phase":"Active"}}"#,
                .namespaces) == ["d", "Active", "90s"])
    }

    @Test("Events, in the elder and the newer form")
    func events() throws {
        #expect(
            try cells(
                #"{"metadata":{"name":"e.1"},"involvedObject":{"kind":"Service","name":"web","fieldPath":"spec.ports"},"type":"Warning","reason":"Bad","message":" it is \n","source":{"component":"proxy","host":"n1"},"firstTimestamp":"2026-11-23T11:00:00Z","lastTimestamp":"2026-11-23T11:59:00Z","count":4}"#,
                .events, wide: true) == [
                    "60s", "Warning", "Bad", "service/web", "spec.ports", "proxy, n1", "it is",
                    "60m",
                    "4", "e.1",
                ])
        #expect(
            try cells(
                #"{"metadata":{"name":"e.2"},"involvedObject":{"kind":"Node"},"type":"Normal","reason":"Up","message":"","eventTime":"2026-11-23T11:00:00.000001Z","firstTimestamp":null,"reportingComponent":"c","series":{"count":9,"lastObservedTime":"2026-11-23T11:59:30.5Z"}}"#,
                .events, wide: true) == [
                    "30s", "Normal", "Up", "node", "", "c", "", "60m", "9", "e.2",
                ])
    }

    @Test(
        "ages",
        arguments: [
            (-5, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"),
            (599, "9m59s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"), (12_000, "3h20m"),
            (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (442_800, "5d3h"), (691_200, "8d"),
            (63_071_999, "729d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (252_288_000, "8y"),
        ] as [(Int64, String)])
    func ages(_ seconds: Int64, _ text: String) {
        #expect(Age.text(seconds: seconds) == text)
    }

    @Test(
        "networks, addresses, leases, and Events in either form",
        arguments: [
            (
                #"{"metadata":{"name":"kubernetes","creationTimestamp":"2026-11-23T11:59:00Z"},"spec":{"cidrs":["10.96.0.0/16","fd00:96::/112"]}}"#,
                .serviceCIDRs, ["kubernetes", "10.96.0.0/16,fd00:96::/112", "60s"]
            ),
            (
                #"{"metadata":{"name":"10.96.0.1"},"spec":{"parentRef":{"resource":"services","namespace":"default","name":"kubernetes"}}}"#,
                .ipAddresses, ["10.96.0.1", "services/default/kubernetes"]
            ),
            (
                #"{"metadata":{"name":"10.96.0.2"},"spec":{"parentRef":{"group":"gateway.networking.k8s.io","resource":"gateways","name":"g"}}}"#,
                .ipAddresses, ["10.96.0.2", "gateways.gateway.networking.k8s.io/g"]
            ),
            (
                #"{"metadata":{"name":"l","creationTimestamp":"2026-11-23T11:59:00Z"},"spec":{"holderIdentity":"me"}}"#,
                .leases, ["l", "me", "60s"]
            ),
            (#"{"metadata":{"name":"l"},"spec":{}}"#, .leases, ["l", "", "<unknown>"]),
            (
                #"{"eventTime":"2026-11-23T11:59:00.000000Z","type":"Normal","reason":"R","regarding":{"kind":"Pod","name":"p"},"note":"n"}"#,
                .groupEvents, ["60s", "Normal", "R", "pod/p", "n"]
            ),
        ] as [(String, Resource, [String])])
    func networking(_ object: String, _ resource: Resource, _ expected: [String]) throws {
        #expect(try cells(object, resource) == expected)
    }
}
