import Testing

@testable import KubeAPI

@Suite("JSON patches")
struct JSONPatchTests {
    /// The examples of RFC 6902, appendix A, and Kubernetes' own cases.
    @Test(
        "an operation changes what its path names",
        arguments: [
            (
                #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#,
                #"{"baz":"qux","foo":"bar"}"#
            ),
            (
                #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
                #"{"foo":["bar","qux","baz"]}"#
            ),
            (
                #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/1","value":"end"}]"#,
                #"{"foo":["bar","end"]}"#
            ),
            (
                #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc"]}]"#,
                #"{"foo":["bar",["abc"]]}"#
            ),
            (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
            (
                #"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#,
                #"{"foo":["bar","baz"]}"#
            ),
            (
                #"{"baz":"qux"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
                #"{"baz":"boo"}"#
            ),
            (#"{"a":[1,2]}"#, #"[{"op":"replace","path":"/a/0","value":9}]"#, #"{"a":[9,2]}"#),
            (
                #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
                #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
                #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
            ),
            (
                #"{"foo":["all","grass","cows","eat"]}"#,
                #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
                #"{"foo":["all","cows","eat","grass"]}"#
            ),
            (
                #"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"}]"#,
                #"{"a":{"b":1},"c":{"b":1}}"#
            ),
            (
                #"{"a":1}"#,
                #"[{"op":"test","path":"/a","value":1},{"op":"add","path":"/b","value":null}]"#,
                #"{"a":1,"b":null}"#
            ),
            (#"{"a":1}"#, #"[{"op":"test","path":"/b","value":null}]"#, #"{"a":1}"#),
            (
                #"{"m":{"a/b":1,"c~d":2}}"#,
                #"[{"op":"remove","path":"/m/a~1b"},{"op":"replace","path":"/m/c~0d","value":3}]"#,
                #"{"m":{"c~d":3}}"#
            ),
            (#"{"a":1}"#, #"[{"op":"replace","path":"","value":{"b":2}}]"#, #"{"b":2}"#),
        ])
    func operations(_ object: String, _ patch: String, _ result: String) throws {
        #expect(
            try Patch.json(tree(patch)).apply(to: tree(object), resource: .services) == tree(result)
        )
    }

    @Test(
        "a patch that does not fit the object is Invalid, and says why",
        arguments: [
            (
                #"[{"op":"remove","path":"/b"}]"#,
                "remove operation does not apply: doc is missing path: \"/b\""
            ),
            (#"[{"op":"replace","path":"/b","value":1}]"#, "replace operation does not apply"),
            (#"[{"op":"add","path":"/b/c","value":1}]"#, "add operation does not apply"),
            (#"[{"op":"add","path":"/l/7","value":1}]"#, "add operation does not apply"),
            (#"[{"op":"add","path":"/l/01","value":1}]"#, "add operation does not apply"),
            (#"[{"op":"add","path":"/a/x","value":1}]"#, "add operation does not apply"),
            (#"[{"op":"test","path":"/a","value":2}]"#, "testing value /a failed"),
            (#"[{"op":"move","from":"/o","path":"/o/x"}]"#, "cannot move into itself"),
            (#"[{"op":"copy","from":"/x","path":"/y"}]"#, "copy operation does not apply"),
            (#"[{"op":"remove","path":""}]"#, "the whole object cannot go"),
        ])
    func unfit(_ patch: String, _ why: String) throws {
        let object = try tree(#"{"a":1,"l":[1,2],"o":{}}"#)
        let status = try #require(throws: Status.self) {
            try Patch.json(tree(patch)).apply(to: object, resource: .services)
        }
        #expect(status.reason == .invalid)
        #expect(status.message.contains(why))
    }

    @Test(
        "what is no JSON patch is a bad request",
        arguments: [
            #"{"op":"add"}"#, #"[1]"#, #"[{"op":"jump","path":"/a"}]"#,
            #"[{"op":"add","path":"/a"}]"#,
            #"[{"op":"add","path":"a","value":1}]"#, #"[{"op":"add","path":"/a~2","value":1}]"#,
            #"[{"op":"move","path":"/a"}]"#,
        ])
    func malformed(_ patch: String) throws {
        let status = try #require(throws: Status.self) {
            try Patch.json(tree(patch)).apply(to: [:], resource: .services)
        }
        #expect(status.reason == .badRequest)
    }

    @Test("copies cannot grow an object without bound")
    func copyBomb() throws {
        let text = String(repeating: "x", count: 1 << 20)
        func copies(_ count: Int) -> Patch {
            .json(
                .array(
                    (0..<count).map { ["op": "copy", "from": "/a", "path": .string("/b\($0)")] }))
        }
        let object: JSON = ["a": .string(text)]
        #expect(try copies(2).apply(to: object, resource: .services).object?.count == 3)
        let status = try #require(throws: Status.self) {
            try copies(3).apply(to: object, resource: .services)
        }
        #expect(status.reason == .invalid)
    }

    @Test("more operations than the limit are too much")
    func operationLimit() throws {
        let operation: JSON = ["op": "test", "path": "/a", "value": 1]
        let patch = Patch.json(.array(Array(repeating: operation, count: 10_001)))
        let status = try #require(throws: Status.self) {
            try patch.apply(to: ["a": 1], resource: .services)
        }
        #expect(status.reason == .requestEntityTooLarge)
    }

    @Test("additions cannot nest deeper than the parser allows")
    func depth() throws {
        let path = String(repeating: "/a", count: 400)
        var deep: JSON = [:]
        for _ in 0..<400 { deep = ["a": deep] }
        let patch = Patch.json([["op": "add", "path": .string(path), "value": deep]])
        let status = try #require(throws: Status.self) {
            try patch.apply(to: deep, resource: .services)
        }
        #expect(status.message.contains("max depth"))
    }
}
