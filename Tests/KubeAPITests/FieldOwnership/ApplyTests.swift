import Testing

@testable import KubeAPI

@Suite("Server-side apply")
struct ApplyTests {
    private static let web = """
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """

    @Test("who applies an object first owns what it says")
    func creates() throws {
        var writing = Writing()
        try writing.apply("kubectl", Self.web)
        #expect(writing.content == (try yaml(Self.web)))
        #expect(
            writing.owned(by: "kubectl").json
                == (try tree(
                    #"""
                    {"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},
                    "f:targetPort":{}}},"f:selector":{}}}
                    """#)))
        #expect(writing.managed.entries[0].writer.operation == .apply)
        #expect(writing.managed.entries[0].time == writing.time)
    }

    @Test("to apply the same again changes nothing, not even the time")
    func idempotent() throws {
        var writing = Writing()
        try writing.apply("kubectl", Self.web)
        let before = writing.object
        try writing.apply("kubectl", Self.web)
        #expect(writing.object == before)
    }

    @Test("what a writer no longer applies goes, unless somebody else owns it")
    func removes() throws {
        var writing = Writing()
        try writing.apply("a", "{metadata: {labels: {p: '1', q: '1'}}, spec: {type: NodePort}}")
        try writing.apply("b", "{metadata: {labels: {q: '1'}}}")
        try writing.update(
            "c", "{metadata: {labels: {p: '1', q: '1', r: '1'}}, spec: {type: NodePort}}")
        try writing.apply("a", "{metadata: {name: web}}")
        #expect(writing.content == (try yaml("{metadata: {name: web, labels: {q: '1', r: '1'}}}")))
        #expect(writing.owned(by: "a").isEmpty)
        try writing.apply("b", "{}")
        #expect(writing.content == (try yaml("{metadata: {name: web, labels: {r: '1'}}}")))
    }

    @Test("elements of a list go one by one, and with them what only they held")
    func removesElements() throws {
        var writing = Writing()
        try writing.apply(
            "a", "{spec: {ports: [{port: 80}, {port: 443}, {port: 53, protocol: UDP}]}}")
        try writing.apply("b", "{spec: {ports: [{port: 443, name: tls}]}}")
        try writing.apply("a", "{spec: {ports: [{port: 53, protocol: UDP}]}}")
        #expect(
            writing.content
                == (try yaml("{spec: {ports: [{port: 443, name: tls}, {port: 53, protocol: UDP}]}}"))
        )
        try writing.apply("b", "{}")
        try writing.apply("a", "{metadata: {labels: {a: b}}}")
        #expect(writing.content == (try yaml("{metadata: {labels: {a: b}}}")))
    }

    /// Live list, applied list, result: of the ports by number.
    @Test(
        "applied elements come in the order of the applied list, the others between them",
        arguments: [
            ([1, 2, 3], [3, 1], [2, 3, 1]),
            ([1, 2, 3], [4, 2], [1, 4, 2, 3]),
            ([1, 2], [2, 1], [2, 1]),
            ([], [2, 1], [2, 1]),
            ([1, 2, 3], [], [1, 2, 3]),
            ([1, 2, 3, 4], [4, 5, 2], [1, 3, 4, 5, 2]),
            ([1, 2], [3, 4], [1, 2, 3, 4]),
        ])
    func order(_ live: [Int], _ applied: [Int], _ result: [Int]) throws {
        func ports(_ numbers: [Int]) -> JSON {
            ["spec": ["ports": .array(numbers.map { ["port": .integer(Int64($0))] })]]
        }
        var writing = Writing()
        writing.update("a", ports(live))
        try writing.apply("b", ports(applied))
        let numbers = writing.object?.value(at: "spec", "ports")?.array?.map { $0["port"]?.integer }
        #expect(numbers == result.map { Int64($0) })
    }

    @Test("the same value may be owned by many; another one is a conflict")
    func conflicts() throws {
        var writing = Writing()
        try writing.apply("a", Self.web)
        try writing.apply("b", Self.web)
        try writing.update(
            "kubectl",
            """
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports: [{port: 80, targetPort: 9090}]
              type: NodePort
            """)
        let before = writing.object
        let error = #expect(throws: Status.self) {
            try writing.apply("b", Self.web)
        }
        #expect(error?.reason == .conflict && error?.reason.code == 409)
        #expect(
            error?.message
                == "Apply failed with 1 conflict: conflict with \"kubectl\" using v1: "
                + ".spec.ports[port=80,protocol=\"TCP\"].targetPort")
        #expect(
            error?.details.causes == [
                Status.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \"kubectl\" using v1",
                    field: ".spec.ports[port=80,protocol=\"TCP\"].targetPort")
            ])
        #expect(writing.object == before)
        try writing.apply("b", Self.web, force: true)
        #expect(
            writing.object?.value(at: "spec", "ports")?.array?.first?["targetPort"] == 8080)
        #expect(writing.owned(by: "kubectl").shownPaths == [".spec.type"])
    }

    @Test("several conflicts are told by their owners")
    func manyConflicts() throws {
        var writing = Writing()
        try writing.apply("b", "{spec: {type: NodePort, sessionAffinity: None}}")
        try writing.apply("a", "{spec: {type: NodePort}}", subresource: nil)
        let error = #expect(throws: Status.self) {
            try writing.apply("c", "{spec: {type: ClusterIP, sessionAffinity: ClientIP}}")
        }
        #expect(
            error?.message == """
                Apply failed with 3 conflicts: conflicts with "a":
                - .spec.type
                conflicts with "b":
                - .spec.sessionAffinity
                - .spec.type
                """)
        #expect(error?.details.causes.count == 3)
    }

    @Test("maps and lists that are owned as a whole are replaced as a whole")
    func atomic() throws {
        var writing = Writing()
        try writing.apply("a", "{spec: {selector: {p: '1'}, externalIPs: [1.1.1.1]}}")
        #expect(throws: Status.self) { try writing.apply("b", "{spec: {selector: {q: '1'}}}") }
        try writing.apply("a", "{spec: {selector: {q: '1'}, externalIPs: [2.2.2.2]}}")
        #expect(
            writing.content == (try yaml("{spec: {selector: {q: '1'}, externalIPs: [2.2.2.2]}}")))
    }

    @Test("finalizers are a set, owned value by value")
    func sets() throws {
        var writing = Writing()
        try writing.apply("a", "{metadata: {finalizers: [x/a, x/b]}}")
        try writing.apply("b", "{metadata: {finalizers: [x/b, x/c]}}")
        #expect(
            writing.content == (try yaml("{metadata: {finalizers: [x/a, x/b, x/c]}}")))
        try writing.apply("a", "{metadata: {name: web}}")
        #expect(
            writing.object?.value(at: "metadata", "finalizers") == ["x/b", "x/c"])
    }

    @Test("conditions are owned by their type, on the subresource that has them")
    func status() throws {
        var writing = Writing()
        try writing.apply("a", "{metadata: {name: web}, spec: {type: NodePort}}")
        try writing.apply(
            "c", "{status: {conditions: [{type: Ready, status: 'True'}]}, spec: {type: ClusterIP}}",
            force: true, subresource: "status")
        #expect(
            writing.owners == [
                "a Apply: .spec.type",
                "c Apply/status: .status.conditions[type=\"Ready\"] "
                    + ".status.conditions[type=\"Ready\"].status "
                    + ".status.conditions[type=\"Ready\"].type",
            ])
        let error = #expect(throws: Status.self) {
            try writing.apply(
                "d", "{status: {conditions: [{type: Ready, status: 'False'}]}}",
                subresource: "status")
        }
        #expect(error?.message.contains("conflict with \"c\" with subresource \"status\"") == true)
    }

    @Test("containers by name, their ports by number and protocol")
    func pods() throws {
        var writing = Writing(.pods)
        try writing.apply(
            "a", "{spec: {containers: [{name: one, ports: [{containerPort: 53, protocol: UDP}]}]}}")
        try writing.apply(
            "b",
            "{spec: {containers: [{name: two, image: z}, {name: one, ports: "
                + "[{containerPort: 53, protocol: TCP}]}]}}")
        #expect(
            writing.content
                == (try yaml(
                    "{spec: {containers: [{name: two, image: z}, {name: one, ports: "
                        + "[{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]}]}}"
                )))
    }

    /// What is refused, with the code and the message.
    @Test(
        "what cannot be applied is refused in Kubernetes' words",
        arguments: [
            ("{apiVersion: v1, kind: Pod}", 400, "invalid object type: /v1, Kind=Pod"),
            ("{spec: {}}", 400, "invalid object type: /, Kind="),
            (
                "{apiVersion: v1, kind: Service, metadata: {managedFields: []}}", 400,
                "metadata.managedFields must be nil"
            ),
            (
                "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {bogus: 1}}", 500,
                "failed to create typed patch object (/web; /v1, Kind=Service): .spec.bogus: "
                    + "field not declared in schema"
            ),
            (
                "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: d}, "
                    + "spec: {ports: [{port: eighty}]}}", 500,
                "failed to create typed patch object (d/web; /v1, Kind=Service): "
                    + ".spec.ports[port=\"eighty\",protocol=\"TCP\"].port: "
                    + "expected numeric (int or float), got string"
            ),
            (
                "{apiVersion: v1, kind: Service, metadata: {name: web}, "
                    + "spec: {ports: [{port: 80}, {port: 80, name: x}]}}", 500,
                "failed to create typed patch object (/web; /v1, Kind=Service): .spec.ports: "
                    + "duplicate entries for key [port=80,protocol=\"TCP\"]"
            ),
        ])
    func refuses(_ text: String, _ code: Int, _ message: String) throws {
        let wanted = try yaml(text)
        let ownership = try #require(FieldOwnership(.services, subresource: nil))
        let error = #expect(throws: Status.self) {
            try ownership.apply(
                AppliedConfiguration(object: wanted, manager: "m"), to: nil, now: "")
        }
        #expect(error?.reason.code == code)
        #expect(error?.message == message)
    }

    @Test("kubectl takes over what it applied on the client, and keeps its annotation true")
    func migrates() throws {
        let first = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"ports":[{"port":80}],"type":"NodePort"}}
            """
        var live = try tree(first)
        live["metadata"]?["annotations"] = [LastApplied.annotation: .string(first + "\n")]
        var writing = Writing()
        writing.update("kubectl-client-side-apply", live)
        var changed = try tree(first)
        changed["spec"]?["type"] = "ClusterIP"
        #expect(throws: Status.self, "another applier does not take over") {
            try writing.apply("other", changed)
        }
        try writing.apply("kubectl", changed)
        #expect(writing.object?.value(at: "spec", "type") == "ClusterIP")
        let annotation = writing.object?.value(
            at: "metadata", "annotations", LastApplied.annotation)
        #expect(
            annotation
                == .string(first.replacing("NodePort", with: "ClusterIP") + "\n"))
        live = try #require(writing.object)
        live["spec"]?["type"] = "LoadBalancer"
        writing.update("someone", live)
        #expect(throws: Status.self, "what others have changed since is theirs") {
            try writing.apply("kubectl", changed)
        }
    }
}
