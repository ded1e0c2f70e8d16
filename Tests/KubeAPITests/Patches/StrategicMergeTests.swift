import Testing

@testable import KubeAPI

@Suite("Strategic merge patches")
struct StrategicMergeTests {
    private func patched(
        _ object: String, _ patch: String, _ resource: Resource = .services
    ) throws -> JSON {
        try Patch.strategicMerge(tree(patch)).apply(to: tree(object), resource: resource)
    }

    @Test(
        "lists are merged by the keys of the schema, and otherwise replaced",
        arguments: [
            // The port 80 changes, 8080 is new beside it, 443 stays.
            (
                #"{"spec":{"ports":[{"port":80,"name":"a"},{"port":443,"name":"b"}]}}"#,
                #"{"spec":{"ports":[{"port":80,"nodePort":30080},{"port":8080,"name":"c"}]}}"#,
                #"{"spec":{"ports":[{"port":80,"name":"a","nodePort":30080},{"port":8080,"name":"c"},{"port":443,"name":"b"}]}}"#
            ),
            (
                #"{"spec":{"externalIPs":["192.0.2.1","192.0.2.2"]}}"#,
                #"{"spec":{"externalIPs":["192.0.2.3"]}}"#,
                #"{"spec":{"externalIPs":["192.0.2.3"]}}"#
            ),
            (
                #"{"spec":{"selector":{"app":"a","tier":"b"}}}"#,
                #"{"spec":{"selector":{"tier":null,"zone":"z"}}}"#,
                #"{"spec":{"selector":{"app":"a","zone":"z"}}}"#
            ),
            (
                #"{"metadata":{"finalizers":["a","b"]}}"#,
                #"{"metadata":{"finalizers":["b","c"]}}"#,
                #"{"metadata":{"finalizers":["a","b","c"]}}"#
            ),
            (
                #"{"metadata":{"finalizers":["a","b","c"]}}"#,
                #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"$setElementOrder/finalizers":["c","a"]}}"#,
                #"{"metadata":{"finalizers":["c","a"]}}"#
            ),
            (
                #"{"metadata":{"ownerReferences":[{"uid":"1","name":"a"},{"uid":"2","name":"b"}]}}"#,
                #"{"metadata":{"ownerReferences":[{"uid":"2","controller":true}]}}"#,
                #"{"metadata":{"ownerReferences":[{"uid":"1","name":"a"},{"uid":"2","name":"b","controller":true}]}}"#
            ),
            (
                #"{"status":{"conditions":[{"type":"A","status":"True"}]}}"#,
                #"{"status":{"conditions":[{"type":"B","status":"False"},{"type":"A","status":"Unknown"}]}}"#,
                #"{"status":{"conditions":[{"type":"B","status":"False"},{"type":"A","status":"Unknown"}]}}"#
            ),
            // Nothing there before: nulls and directives leave no trace.
            (
                #"{}"#,
                #"{"spec":{"type":null,"ports":[{"port":80,"name":null}],"$setElementOrder/ports":[{"port":80}]}}"#,
                #"{"spec":{"ports":[{"port":80}]}}"#
            ),
        ])
    func lists(_ object: String, _ patch: String, _ result: String) throws {
        #expect(try patched(object, patch) == tree(result))
    }

    @Test(
        "directives delete, replace and keep",
        arguments: [
            (
                #"{"spec":{"ports":[{"port":80},{"port":443}]}}"#,
                #"{"spec":{"ports":[{"$patch":"delete","port":80}]}}"#,
                #"{"spec":{"ports":[{"port":443}]}}"#
            ),
            (
                #"{"spec":{"ports":[{"port":80},{"port":443}]}}"#,
                #"{"spec":{"ports":[{"port":8080},{"$patch":"replace"}]}}"#,
                #"{"spec":{"ports":[{"port":8080}]}}"#
            ),
            (
                #"{"spec":{"ports":[{"port":80,"name":"a"}]}}"#,
                #"{"spec":{"ports":[{"$patch":"merge","port":80,"nodePort":30000}]}}"#,
                #"{"spec":{"ports":[{"port":80,"name":"a","nodePort":30000}]}}"#
            ),
            (
                #"{"spec":{"selector":{"a":"1"}}}"#,
                #"{"spec":{"selector":{"$patch":"replace","b":"2"}}}"#,
                #"{"spec":{"selector":{"b":"2"}}}"#
            ),
            (
                #"{"spec":{"selector":{"a":"1"}}}"#,
                #"{"spec":{"selector":{"$patch":"delete"}}}"#,
                #"{"spec":{"selector":{}}}"#
            ),
            (
                #"{"spec":{"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":1},"x":1}}}"#,
                #"{"spec":{"sessionAffinityConfig":{"$retainKeys":["clientIP"],"clientIP":{"timeoutSeconds":2}}}}"#,
                #"{"spec":{"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":2}}}}"#
            ),
        ])
    func directives(_ object: String, _ patch: String, _ result: String) throws {
        #expect(try patched(object, patch) == tree(result))
    }

    @Test("the wanted order holds, and what the server added keeps its place")
    func order() throws {
        let result = try patched(
            #"{"spec":{"ports":[{"port":1},{"port":2},{"port":3},{"port":4}]}}"#,
            #"{"spec":{"$setElementOrder/ports":[{"port":5},{"port":4},{"port":1}],"ports":[{"port":5}]}}"#
        )
        let ports = result.value(at: "spec", "ports")?.array?.compactMap { $0["port"]?.integer }
        #expect(ports == [5, 2, 3, 4, 1])
    }

    @Test("of two ports of one number the one of the same protocol is meant")
    func sameNumber() throws {
        let result = try patched(
            #"{"spec":{"ports":[{"port":53,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}}"#,
            #"{"spec":{"ports":[{"port":53,"protocol":"UDP","nodePort":30053}]}}"#)
        #expect(
            try result
                == tree(
                    #"{"spec":{"ports":[{"port":53,"protocol":"TCP"},{"port":53,"protocol":"UDP","nodePort":30053}]}}"#
                ))
    }

    @Test("a body that `kubectl edit` sends changes one port")
    func kubectlEdit() throws {
        let result = try patched(
            #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":8080}],"type":"ClusterIP"}}"#,
            #"{"spec":{"$setElementOrder/ports":[{"port":81}],"ports":[{"name":"http","port":81,"protocol":"TCP","targetPort":8080},{"$patch":"delete","port":80}]}}"#
        )
        #expect(
            try result.value(at: "spec", "ports")
                == tree(#"[{"name":"http","port":81,"protocol":"TCP","targetPort":8080}]"#))
    }

    /// Results of `kubectl patch --local` 1.32.
    @Test(
        "lists come out in the order that Kubernetes' own merge gives",
        arguments: [
            (
                .pods,
                #"{"spec":{"containers":[{"name":"c","ports":[{"containerPort":3},{"containerPort":2}],"env":[{"name":"C","value":"1"},{"name":"B","value":"1"}]},{"name":"b","image":"i"},{"name":"d","env":[{"name":"A","value":"1"},{"name":"B","value":"1"}]}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","hostPath":{"path":"/x"}}]}}"#,
                #"{"spec":{"containers":[{"name":"c","image":"j","ports":[{"containerPort":5,"name":"p"}]},{"name":"d","env":[{"name":"D","value":"2"},{"name":"B","value":"2"}]}],"volumes":[{"name":"w","$patch":"delete"}]}}"#,
                #"{"spec":{"containers":[{"name":"c","image":"j","ports":[{"containerPort":5,"name":"p"},{"containerPort":3},{"containerPort":2}],"env":[{"name":"C","value":"1"},{"name":"B","value":"1"}]},{"name":"b","image":"i"},{"name":"d","env":[{"name":"D","value":"2"},{"name":"A","value":"1"},{"name":"B","value":"2"}]}],"volumes":[{"name":"v","emptyDir":{}}]}}"#
            ),
            (
                .pods,
                #"{"spec":{"containers":[{"name":"c"},{"name":"a"}],"tolerations":[{"key":"a"}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","hostPath":{"path":"/x"}}]}}"#,
                #"{"spec":{"containers":[{"name":"e","image":"j"},{"name":"b"}],"tolerations":[{"key":"b"}],"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/y"}}]}}"#,
                #"{"spec":{"containers":[{"name":"e","image":"j"},{"name":"b"},{"name":"c"},{"name":"a"}],"tolerations":[{"key":"b"}],"volumes":[{"name":"v","hostPath":{"path":"/y"}},{"name":"w","hostPath":{"path":"/x"}}]}}"#
            ),
            (
                .services,
                #"{"metadata":{"finalizers":["f/c","f/a","f/d"]},"spec":{"ports":[{"port":443},{"port":8080},{"port":22}]}}"#,
                #"{"metadata":{"finalizers":["f/e","f/b"]},"spec":{"ports":[{"port":8080,"name":"z"},{"port":53,"$patch":"delete"},{"port":80,"name":"y"}]}}"#,
                #"{"metadata":{"finalizers":["f/e","f/b","f/c","f/a","f/d"]},"spec":{"ports":[{"port":443},{"port":8080,"name":"z"},{"port":80,"name":"y"},{"port":22}]}}"#
            ),
        ] as [(Resource, String, String, String)])
    func likeKubernetes(
        _ resource: Resource, _ object: String, _ patch: String, _ result: String
    ) throws {
        #expect(try patched(object, patch, resource) == tree(result))
    }

    @Test("long lists are merged without comparing everything with everything")
    func longLists() throws {
        let count = 3000
        let old = JSON.array((0..<count).map { ["port": .integer(Int64($0))] })
        let new = JSON.array(
            (0..<count).map { ["port": .integer(Int64($0 * 2)), "name": "n"] })
        let result = try Patch.strategicMerge(["spec": ["ports": new]]).apply(
            to: ["spec": ["ports": old]], resource: .services)
        let ports = try #require(result.value(at: "spec", "ports")?.array)
        #expect(ports.count == count + count / 2)
        #expect(ports.filter { $0["name"] == "n" }.count == count)
    }

    @Test("random patches of random objects give an object or a Status, never a trap")
    func fuzz() {
        var random = SplitMix(seed: 7)
        let keys = [
            "metadata", "spec", "ports", "port", "protocol", "finalizers", "selector", "$patch",
            "$setElementOrder/ports", "$deleteFromPrimitiveList/finalizers", "$retainKeys", "uid",
            "ownerReferences", "op", "path", "from", "value",
        ]
        func value(_ depth: Int) -> JSON {
            switch Int.random(in: 0..<(depth > 4 ? 4 : 7), using: &random) {
            case 0: return .null
            case 1: return .integer(Int64.random(in: 0...2, using: &random))
            case 2:
                return .string(
                    ["delete", "replace", "merge", "/spec/ports/0", "add"].randomElement(
                        using: &random)!)
            case 3: return ["port": 1]
            case 4: return .array((0..<3).map { _ in value(depth + 1) })
            case _:
                var object: JSON = [:]
                for _ in 0..<3 { object[keys.randomElement(using: &random)!] = value(depth + 1) }
                return object
            }
        }
        var applied = 0
        for _ in 0..<2000 {
            let object: JSON = ["spec": value(1), "metadata": value(1)]
            let body: JSON = ["spec": value(1), "metadata": value(1), "status": value(1)]
            for patch in [Patch.strategicMerge(body), .merge(body), .json([value(0), value(0)])] {
                do {
                    let result = try patch.apply(to: object, resource: .services)
                    _ = SchemaCheck(result, as: .services)
                    applied += 1
                } catch {
                    #expect(error.reason == .badRequest || error.reason == .invalid)
                }
            }
        }
        #expect(applied > 2500)
    }

    @Test(
        "what is malformed is refused with the reason",
        arguments: [
            (#"[]"#, Status.Reason.badRequest),
            (#"{"spec":{"$patch":"jump"}}"#, .badRequest),
            (#"{"spec":{"ports":[{"name":"x"}]}}"#, .badRequest),
            (#"{"spec":{"ports":[1]}}"#, .badRequest),
            (#"{"spec":{"ports":[{"$patch":"jump","port":80}]}}"#, .badRequest),
            (#"{"spec":{"$setElementOrder/ports":1}}"#, .badRequest),
            (#"{"spec":{"$retainKeys":1}}"#, .badRequest),
            (#"{"spec":{"$retainKeys":["a"],"type":"x"}}"#, .invalid),
            (#"{"metadata":{"finalizers":[["x"]]}}"#, .invalid),
        ])
    func refused(_ patch: String, _ reason: Status.Reason) throws {
        let status = try #require(throws: Status.self) {
            try patched(#"{"spec":{"ports":[{"port":80}]}}"#, patch)
        }
        #expect(status.reason == reason)
    }
}
