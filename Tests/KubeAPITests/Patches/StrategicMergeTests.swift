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
            // The port 80 changes, 443 stays, 8080 is new.
            (
                #"{"spec":{"ports":[{"port":80,"name":"a"},{"port":443,"name":"b"}]}}"#,
                #"{"spec":{"ports":[{"port":80,"nodePort":30080},{"port":8080,"name":"c"}]}}"#,
                #"{"spec":{"ports":[{"port":80,"name":"a","nodePort":30080},{"port":443,"name":"b"},{"port":8080,"name":"c"}]}}"#
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
                #"{"status":{"conditions":[{"type":"A","status":"Unknown"},{"type":"B","status":"False"}]}}"#
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
