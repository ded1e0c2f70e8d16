import Testing

@testable import KubeAPI

@Suite("Who owns what after creates, updates and patches")
struct UpdateOwnershipTests {
    @Test("a creator owns what it has set, part by part where parts are owned")
    func creates() throws {
        var writing = Writing()
        try writing.update(
            "kubectl-create",
            """
            metadata:
              name: web
              uid: 1-2-3
              creationTimestamp: "2026-01-01T00:00:00Z"
              labels: {app: web}
              finalizers: [example.com/hold]
              ownerReferences:
              - {apiVersion: v1, kind: Pod, name: a, uid: u-1}
            spec:
              selector: {app: web}
              ports: [{port: 80, protocol: TCP, targetPort: 8080}]
            status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}
            """)
        let entry = try #require(writing.object?.value(at: "metadata", "managedFields")?.array)
        let expected = try tree(
            #"""
            [{"manager":"kubectl-create","operation":"Update","apiVersion":"v1",
            "time":"\#(writing.time)","fieldsType":"FieldsV1","fieldsV1":
            {"f:metadata":{"f:finalizers":{".":{},"v:\"example.com/hold\"":{}},
            "f:labels":{".":{},"f:app":{}},
            "f:ownerReferences":{".":{},"k:{\"uid\":\"u-1\"}":{}}},
            "f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":
            {".":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:selector":{}}}}]
            """#)
        #expect(JSON.array(entry) == expected)
        #expect(JSON.array(entry).encoded() == expected.encoded(), "the order is the same, too")
    }

    @Test("who changes a field takes it from its owner; what nobody changes stays")
    func takesOver() throws {
        var writing = Writing()
        try writing.update("a", "{metadata: {labels: {p: '1', q: '1'}}, spec: {type: NodePort}}")
        let first = writing.time
        try writing.update("b", "{metadata: {labels: {p: '2', q: '1'}}, spec: {type: NodePort}}")
        #expect(
            writing.owners == [
                "a Update: .spec.type .metadata.labels .metadata.labels.q".orderedPaths,
                "b Update: .metadata.labels.p",
            ])
        #expect(writing.managed.entries.map(\.time) == [first, writing.time])
        try writing.update("b", "{metadata: {labels: {p: '2'}}, spec: {type: NodePort}}")
        #expect(!writing.owned(by: "a").shownPaths.contains(".metadata.labels.q"))
        try writing.update("b", "{}")
        #expect(writing.owners.isEmpty)
    }

    @Test("a write that changes nothing changes no entry, and no time")
    func unchanged() throws {
        var writing = Writing()
        try writing.update("a", "{spec: {type: NodePort}}")
        let before = writing.object
        var again = try #require(before)
        writing.update("b", again)
        #expect(writing.object == before)
        again["metadata"]?["managedFields"] = nil
        writing.update("b", again)
        #expect(writing.object == before, "a client that leaves the entries out does not drop them")
    }

    @Test("status and spec are owned by the writes that can change them")
    func resetFields() throws {
        var writing = Writing()
        try writing.update("a", "{metadata: {name: x}, spec: {type: LoadBalancer}}")
        var new = try #require(writing.object)
        new["status"] = ["loadBalancer": ["ingress": [["ip": "1.2.3.4"]]]]
        new["spec"]?["type"] = "NodePort"
        writing.update("lb", new, subresource: "status")
        #expect(
            writing.owners == [
                "a Update: .spec.type",
                "lb Update/status: .status.loadBalancer.ingress",
            ])
        new["status"]?["conditions"] = [["type": "Ready", "status": "True"]]
        writing.update("lb", new, subresource: "status")
        #expect(
            writing.owned(by: "lb").shownPaths.sorted()
                == [
                    ".status.conditions", ".status.conditions[type=\"Ready\"]",
                    ".status.conditions[type=\"Ready\"].status",
                    ".status.conditions[type=\"Ready\"].type",
                    ".status.loadBalancer.ingress",
                ])
    }

    @Test("a Pod's required lists and empty objects are counted as the server's types show them")
    func pods() throws {
        var writing = Writing(.pods)
        try writing.update(
            "kubectl-run",
            "{metadata: {name: p}, spec: {containers: [{name: main, image: none, "
                + "ports: [{containerPort: 80}]}], nodeSelector: {a: b}}}")
        #expect(
            writing.owned(by: "kubectl-run").json
                == (try tree(
                    #"""
                    {"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:image":{},
                    "f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":
                    {".":{},"f:containerPort":{}}},"f:resources":{}}},"f:nodeSelector":{}}}
                    """#)))
    }

    @Test("endpoint slices are owned by whole lists")
    func slices() throws {
        var writing = Writing(.endpointSlices)
        try writing.update(
            "c", "{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}")
        #expect(writing.owners == ["c Update: .addressType .endpoints .ports"])
    }

    @Test(
        "a client that sets no entries, or an empty one, has them forgotten",
        arguments: ["[]", "[{}]"])
    func resets(_ entries: String) throws {
        var writing = Writing()
        try writing.update("a", "{metadata: {name: x}, spec: {type: NodePort}}")
        var new = try #require(writing.object)
        new["metadata"]?["managedFields"] = try tree(entries)
        writing.update("b", new, subresource: "status")
        #expect(writing.owners == ["a Update: .spec.type"], "not by a subresource")
        writing.update("b", new)
        #expect(writing.object?.value(at: "metadata", "managedFields") == nil)
        new["metadata"]?["managedFields"] = nil
        new["spec"]?["type"] = "ClusterIP"
        writing.update("b", new)
        #expect(writing.owners.isEmpty, "nobody is counted before somebody applies")
        try writing.apply("c", "{metadata: {name: x, labels: {a: b}}}")
        #expect(
            writing.owners == [
                "c Apply: .metadata.labels.a", "before-first-apply Update: .spec.type",
            ])
    }

    @Test(
        "entries of a client that are none are passed over",
        arguments: [
            #"[{"manager":"x","operation":"Delete","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{}}]"#,
            #"[{"manager":"x","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{}}]"#,
            #"[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"V2","fieldsV1":{}}]"#,
            #"[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"a":{}}}]"#,
            #"[1]"#,
        ])
    func invalid(_ entries: String) throws {
        var writing = Writing()
        try writing.update("a", "{metadata: {name: x}, spec: {type: NodePort}}")
        var new = try #require(writing.object)
        new["metadata"]?["managedFields"] = try tree(entries)
        writing.update("b", new)
        #expect(writing.owners == ["a Update: .spec.type"])
    }

    @Test("a client may set the entries")
    func states() throws {
        var writing = Writing()
        try writing.update("a", "{metadata: {name: x}, spec: {type: NodePort}}")
        var new = try #require(writing.object)
        new["metadata"]?["managedFields"] = try tree(
            #"[{"manager":"x","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:type":{}}}}]"#
        )
        writing.update("b", new)
        #expect(writing.owners == ["x Apply: .spec.type"])
        new["metadata"]?["managedFields"] = try tree(
            #"[{"manager":"x","operation":"Apply","apiVersion":"v7","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:type":{}}}}]"#
        )
        new["spec"]?["type"] = "ClusterIP"
        writing.update("b", new)
        #expect(writing.owners == ["b Update: .spec.type"], "nobody knows version 7")
    }

    @Test("beyond ten updaters the eldest are put together")
    func limit() throws {
        var writing = Writing()
        try writing.update("m00", "{metadata: {name: x, annotations: {a00: x}}}")
        for number in 10..<25 {
            var new = try #require(writing.object)
            var annotations = new.value(at: "metadata", "annotations") ?? [:]
            annotations["a\(number)"] = "x"
            new["metadata"]?["annotations"] = annotations
            writing.update("m\(number)", new)
        }
        let managers = writing.managed.entries.map(\.writer.manager)
        #expect(managers == ["ancient-changes"] + (16..<25).map { "m\($0)" })
        let ancient = writing.owned(by: "ancient-changes").shownPaths
        #expect(
            ancient == [".metadata.annotations", ".metadata.annotations.a00"]
                + (10..<16).map { ".metadata.annotations.a\($0)" })
        let times = writing.managed.entries.compactMap(\.time)
        #expect(times == times.sorted() && times.count == 10)
    }

    @Test("elements that cannot be told apart are owned as one")
    func duplicates() throws {
        var writing = Writing()
        try writing.update("a", "{spec: {ports: [{port: 80, name: a}, {port: 80, name: b}]}}")
        #expect(
            writing.owners == [
                "a Update: .spec.ports .spec.ports[port=80,protocol=\"TCP\"]"
            ])
        try writing.update("b", "{spec: {ports: [{port: 80, name: b}]}}")
        #expect(
            writing.owned(by: "b").shownPaths == [
                ".spec.ports[port=80,protocol=\"TCP\"].name",
                ".spec.ports[port=80,protocol=\"TCP\"].port",
            ])
    }
}

extension String {
    /// `a Update: .b .a` with the paths as a set lists them: members of a level before what is below.
    fileprivate var orderedPaths: String {
        let parts = components(separatedBy: ": ")
        let paths = parts[1].split(separator: " ").map(String.init)
        let set = FieldSet(
            paths.map { $0.split(separator: ".").map { FieldElement.field(String($0)) } })
        return parts[0] + ": " + set.shownPaths.joined(separator: " ")
    }

    fileprivate func components(separatedBy text: String) -> [String] {
        guard let range = firstRange(of: text) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}
