import Testing

@testable import KubeAPI

@Suite("Merge patches")
struct MergePatchTests {
    /// The cases of RFC 7386, appendix A.
    @Test(
        "members are replaced, null removes",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func merge(_ object: String, _ patch: String, _ result: String) throws {
        #expect(
            try Patch.merge(tree(patch)).apply(to: tree(object), resource: .services)
                == tree(result))
    }

    @Test("a merge patch must be an object", arguments: ["[]", "1", "null"])
    func malformed(_ patch: String) throws {
        #expect(throws: Status.self) {
            try Patch.merge(tree(patch)).apply(to: [:], resource: .services)
        }
    }

    @Test("the content type tells the kind of patch; others are not supported")
    func contentTypes() throws {
        func read(_ type: String, _ text: String) throws -> Patch {
            var problems: [String] = []
            return try Patch(contentType: type, body: Array(text.utf8), problems: &problems)
        }
        let body = #"{"a":1}"#
        #expect(try read("application/merge-patch+json", body) == .merge(["a": 1]))
        #expect(
            try read("application/strategic-merge-patch+json", body)
                == .strategicMerge(["a": 1]))
        let type = #expect(throws: Status.self) { try read("application/json", body) }
        #expect(type?.reason == .unsupportedMediaType)
        let text = #expect(throws: Status.self) { try read("application/json-patch+json", "\u{1}") }
        #expect(text?.reason == .badRequest)
    }
}
