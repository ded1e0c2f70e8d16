import Testing
import Yams

@testable import KubeAPI

@Suite("YAML")
struct YAMLTests {
    @Test(
        "a text says the same as its JSON",
        arguments: [
            ("a: 1\nb:\n- x\n- w\n", #"{"a":1,"b":["x","w"]}"#),
            ("a:\n  - x: 1\n    w: 2\n  -   z: 3\n", #"{"a":[{"x":1,"w":2},{"z":3}]}"#),
            ("- - 1\n  - 2\n- 3\n", "[[1,2],3]"),
            ("a: {b: [1, 'x', \"y\"], c: }\n", #"{"a":{"b":[1,"x","y"],"c":null}}"#),
            ("{\"a\":1,\"b\":[true,null]}", #"{"a":1,"b":[true,null]}"#),
            ("a: [x: 1, w]", #"{"a":[{"x":1},"w"]}"#),
            ("a: [\n  1, # one\n  2,\n]\nb: 2", #"{"a":[1,2],"b":2}"#),
            ("# nothing\n---\na: b # c\n# d\n", #"{"a":"b"}"#),
            ("--- x\n", #""x""#), ("", "null"), ("---\n", "null"),
            ("a:\nb:\n", #"{"a":null,"b":null}"#),
            ("a: b\n---\nc: d\n", #"{"a":"b"}"#), ("a: b\n...\n", #"{"a":"b"}"#),
            ("%YAML 1.1\n---\na: 1\n", #"{"a":1}"#),
            ("a: |\n  x\n   y\n\n  z\n\nb: 1", #"{"a":"x\n y\n\nz\n","b":1}"#),
            ("a: |-\n  x\nb: |+\n  y\n\n", #"{"a":"x","b":"y\n\n"}"#),
            ("a: >\n  x\n  y\n\n  z\n", #"{"a":"x y\nz\n"}"#),
            ("a: >-\n  x\n    y\n  z\n", #"{"a":"x\n  y\nz"}"#),
            ("a: |2\n   x\n", #"{"a":" x\n"}"#),
            ("- |\n x\n- w\n", #"["x\n","w"]"#),
            ("a: x\n  y\n\n  z\nb: 1", #"{"a":"x y\nz","b":1}"#),
            ("a: \"x\n  y\\n\\u00e9\\x41\\\n  z\"", #"{"a":"x y\néAz"}"#),
            ("a: 'it''s\n\n  me'", #"{"a":"it's\nme"}"#),
            ("a: &x {b: 1}\nc: *x\n", #"{"a":{"b":1},"c":{"b":1}}"#),
            (
                "a: &x\n  b: 1\n  c: 2\nd:\n  <<: *x\n  c: 3\n",
                #"{"a":{"b":1,"c":2},"d":{"c":3,"b":1}}"#
            ),
            ("a: !!str 1\nb: ! 2\nc: \"3\"\n", #"{"a":"1","b":"2","c":"3"}"#),
            ("1: a\ntrue: b\n", #"{"1":"a","true":"b"}"#),
            ("a: http://x:80/\nb: x#y\nd: a:b", #"{"a":"http://x:80/","b":"x#y","d":"a:b"}"#),
            ("a:  b  \nc:\td", #"{"a":"b","c":"d"}"#),
            ("a: b\r\nc:\r\n- d\r\n", #"{"a":"b","c":["d"]}"#),
            ("\"a b\": 1\n'c': 2\nd e: 3", #"{"a b":1,"c":2,"d e":3}"#),
            ("a: {b: http://x/, c: d e}", #"{"a":{"b":"http://x/","c":"d e"}}"#),
        ])
    func reads(_ text: String, _ json: String) throws {
        #expect(try yaml(text) == tree(json))
    }

    @Test(
        "plain scalars are what YAML 1.1 takes them for",
        arguments: [
            ("yes", "true"), ("off", "false"), ("NULL", "null"), ("~", "null"), ("0x1F", "31"),
            ("010", "8"), ("0o10", "8"), ("0b101", "5"), ("1_000", "1000"), ("-5", "-5"),
            ("+5", "5"), ("1.5", "1.5"), (".5", "0.5"), ("1e3", "1000"), ("1.", "1"),
            ("1.2.3.4", #""1.2.3.4""#), ("08", "8"), ("1e", #""1e""#), ("-", "[null]"),
            ("- -1", "[-1]"), ("2026-01-01", #""2026-01-01""#), ("12:30", #""12:30""#),
            ("v1", #""v1""#), ("-x", #""-x""#), ("9223372036854775807", "9223372036854775807"),
        ])
    func resolves(_ text: String, _ json: String) throws {
        #expect(try yaml(text) == tree(json))
    }

    @Test(
        "what is no YAML is refused, with the line",
        arguments: [
            ("a: b: c", 1), ("a: [1, 2", 1), ("a: {b: 1", 1), ("a: 'x", 1), ("a: 1\n b: 2", 2),
            ("a: 1\nb", 2), ("- a\nb: 1", 2), ("a: *x", 1), ("a: @x", 1), ("a: \"\\q\"", 1),
            ("? a\n: b", 1), ("a: \"x\" y", 1), ("a: |x\n b", 1), ("a: [1 2: , }", 1),
            ("a:\n  b: 1\n c: 2", 3), ("a: - b", 1), ("a: -\nb: 1", 1),
        ])
    func refuses(_ text: String, _ line: Int) throws {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(Array(text.utf8)) }
        #expect(error?.line == line, "\(String(describing: error))")
    }

    @Test("keys that are there twice are told with their line, and the last one counts")
    func duplicates() throws {
        let text = """
            spec:
              paused: true
              paused: false
              list:
              - a: 1
                b: 2
                a: 3
            """
        let document = try YAML.parse(Array(text.utf8))
        #expect(
            document.duplicates.map(\.description) == [
                #"line 3: key "paused" already set in map"#, #"line 7: key "a" already set in map"#,
            ])
        #expect(document.value == (try tree(#"{"spec":{"paused":false,"list":[{"a":3,"b":2}]}}"#)))
        let json = try YAML.parse(Array("{\n\"a\":1,\n\"a\":2}".utf8))
        #expect(json.duplicates == [.init(line: 3, key: "a")])
    }

    @Test("aliases of aliases do not grow without end")
    func aliasBomb() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<9 {
            let list = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(list)]\n"
        }
        #expect(throws: YAMLError.self) { try YAML.parse(Array(text.utf8)) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: YAMLError.self) { try YAML.parse(deep) }
        #expect(throws: YAMLError.self) {
            try YAML.parse(Array(String(repeating: "- ", count: 10_000).utf8))
        }
    }

    @Test("random bytes are refused or read, and never trap")
    func randomBytes() {
        var random = SplitMix(seed: 41)
        let alphabet = Array("ab:-? \n\n  '\"[]{},|>&*!#%\\\t\r01.~<".utf8) + [0xC3, 0xFF]
        for _ in 0..<30_000 {
            let length = Int(random.next() % 40)
            _ = try? YAML.parse(
                (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
        }
    }

    @Test("what is written is read again as the same, by others too")
    func roundTrip() throws {
        var random = SplitMix(seed: 42)
        for _ in 0..<1_500 {
            let value = Self.random(4, &random)
            let text = value.yaml
            #expect(
                try YAML.parse(text).value == value, "<\(String(decoding: text, as: UTF8.self))>")
            let theirs = try Yams.compose(yaml: String(decoding: text, as: UTF8.self))
            #expect(
                theirs.map(Self.json) == value, "\(String(decoding: text, as: UTF8.self)) \(value)")
        }
    }

    @Test("an object is written as kubectl prints it")
    func writes() throws {
        let value = try tree(
            #"{"spec":{"ports":[{"port":80,"name":"a: b"}],"none":[],"more":{}},"a":["x\ny\n","true","1","",null]}"#
        )
        #expect(
            String(decoding: value.yaml, as: UTF8.self) == """
                a:
                - |
                  x
                  y
                - "true"
                - "1"
                - ""
                - null
                spec:
                  more: {}
                  none: []
                  ports:
                  - name: "a: b"
                    port: 80

                """)
    }

    private static let texts = [
        "x", "", " x", "x ", "a: b", "a #b", "- a", "yes", "1", "0x1", "1.5", "~", "null", "'",
        "\"",
        "a\nb", "a\nb\n", "a\n\n", "\n", " a\nb", "é", "\t", "a\tb", "#", "*a", "&a", "!x", "{",
        "]",
        "2026-01-01", "1:30", "<<", "=", "a:", "|", "%", "@", "`", "?", "\\", "a\\b", "---", "-",
        "\u{85}", "\u{2028}", "\u{1}", "k:{\"port\":80}", "f:spec", ".",
    ]

    private static func random(_ depth: Int, _ random: inout SplitMix) -> JSON {
        func text() -> String { texts[Int(random.next() % UInt64(texts.count))] }
        switch random.next() % (depth == 0 ? 5 : 9) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .integer(Int64(random.next() % 1000) - 500)
        case 3, 4: return .string(text())
        case 5, 6:
            return .array((0..<(random.next() % 4)).map { _ in Self.random(depth - 1, &random) })
        default:
            var object: JSON = [:]
            for _ in 0..<(random.next() % 5) { object[text()] = Self.random(depth - 1, &random) }
            return object
        }
    }

    private static func json(_ node: Yams.Node) -> JSON {
        switch node {
        case .scalar(let scalar):
            if let int = node.int, scalar.style == .plain || scalar.style == .any {
                return .integer(Int64(int))
            }
            if let bool = node.bool, scalar.style == .plain { return .bool(bool) }
            if node.null != nil, scalar.style == .plain { return .null }
            return .string(scalar.string)
        case .sequence(let sequence): return .array(sequence.map(json))
        case .mapping(let mapping):
            return .object(JSONObject(mapping.map { ($0.key.string ?? "", json($0.value)) }))
        case .alias: return .null
        }
    }
}
