import Testing

@testable import KubeAPI

@Suite("JSON text")
struct JSONTextTests {
    @Test(
        "is read as RFC 8259 says",
        arguments: [
            ("null", nil), (" true ", true), ("\t\r\nfalse", false), ("0", 0), ("-0", 0),
            ("-17", -17),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5", .double(1.5)),
            ("1e3", .double(1000)), ("1E-2", .double(0.01)), ("2.5e+1", .double(25)),
            ("\"\"", ""), ("\"a\"", "a"), ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]),
            ("[1,[2,[]],{}]", [1, [2, []], [:]]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]),
            ("{ \"a\" : 1 , \"b\" : 2 }", ["a": 1, "b": 2]),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u00e4\u20AC""#, "\u{e4}\u{20ac}"),
            (#""\ud83d\ude00""#, "\u{1F600}"), ("\"\u{1F600} \u{e4}\"", "\u{1F600} \u{e4}"),
            (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83dx""#, "\u{FFFD}x"),
            (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\n""#, "\u{FFFD}\n"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"), (#""\u0000""#, "\u{0}"),
            ("\"\u{7f}\"", "\u{7f}"), ("\"0123456\"", "0123456"), ("\"01234567\"", "01234567"),
            ("\"012345678901234567890\"", "012345678901234567890"),
            (
                "{\"0123456789abcdef\":1,\"0123456789abcdeg\":2}",
                ["0123456789abcdef": 1, "0123456789abcdeg": 2]
            ),
            (#"{"a\nb":1,"":2}"#, ["a\nb": 1, "": 2]),
        ] as [(String, JSON)])
    func reading(_ text: String, _ expected: JSON) throws {
        #expect(try JSON(parsing: Array(text.utf8)) == expected)
    }

    @Test(
        "that is wrong is refused with the reason and the place",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 3),
            ("nulx", .unexpectedCharacter, 3), ("True", .unexpectedCharacter, 0),
            ("01", .badNumber, 1), ("-", .unexpectedEnd, 1), ("-x", .badNumber, 1),
            ("1.", .unexpectedEnd, 2), ("1.x", .badNumber, 2), (".5", .unexpectedCharacter, 0),
            ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("+1", .unexpectedCharacter, 0),
            ("1e999", .badNumber, 5), ("0x1", .trailingData, 1), ("1 2", .trailingData, 2),
            ("NaN", .unexpectedCharacter, 0), ("\"a", .unexpectedEnd, 2),
            ("\"0123456789", .unexpectedEnd, 11), ("\"\u{1}\"", .badString, 1),
            ("\"0123456789\n\"", .badString, 11), (#""\x""#, .badEscape, 2),
            (#""\u12"#, .unexpectedEnd, 5), (#""\u12g4""#, .badEscape, 5),
            (#""\"#, .unexpectedEnd, 2),
            ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,]", .unexpectedCharacter, 3),
            ("[,1]", .unexpectedCharacter, 1), ("[1 2]", .unexpectedCharacter, 3),
            ("]", .unexpectedCharacter, 0), ("{", .unexpectedEnd, 1),
            ("{\"a\"}", .unexpectedCharacter, 4),
            ("{\"a\":}", .unexpectedCharacter, 5), ("{\"a\":1,}", .unexpectedCharacter, 7),
            ("{a:1}", .unexpectedCharacter, 1), ("{1:1}", .unexpectedCharacter, 1),
            ("{\"a\" 1}", .unexpectedCharacter, 5), ("[1}", .unexpectedCharacter, 2),
            ("\u{FEFF}1", .unexpectedCharacter, 0), ("'a'", .unexpectedCharacter, 0),
            ("[]]", .trailingData, 2), ("// x", .unexpectedCharacter, 0),
        ] as [(String, JSONParseError.Reason, Int)])
    func refusing(_ text: String, _ reason: JSONParseError.Reason, _ offset: Int) {
        #expect(throws: JSONParseError(reason: reason, offset: offset)) {
            try JSON(parsing: Array(text.utf8))
        }
    }

    @Test(
        "with broken UTF-8 is refused",
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xE2, 0x82], [0x61, 0xFF, 0x61], [0x61, 0x5C, 0x6E, 0xFF],
        ] as [[UInt8]])
    func badUTF8(_ content: [UInt8]) {
        for padding in [0, 7, 20] {
            let quote = [UInt8(ascii: "\"")]
            let text = quote + Array(repeating: 0x61, count: padding) + content + quote
            #expect {
                try JSON(parsing: text)
            } throws: {
                ($0 as? JSONParseError)?.reason == .badUTF8
            }
        }
    }

    @Test("nests up to the limit and not beyond")
    func depth() throws {
        func nested(_ open: String, _ close: String, _ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: open, count: depth) + String(repeating: close, count: depth))
                    .utf8)
        }
        _ = try JSON(parsing: nested("[", "]", JSON.depthLimit))
        for text in [
            nested("[", "]", JSON.depthLimit + 1), nested("[", "", 1_000_000),
            nested("{\"a\":", "", 1_000_000),
        ] {
            #expect {
                try JSON(parsing: text)
            } throws: {
                ($0 as? JSONParseError)?.reason == .tooDeep
            }
        }
    }

    @Test("with a key twice keeps the last value and names the place")
    func duplicates() throws {
        var found: [String] = []
        let text = #"""
            {"a":1,"spec":{"ports":[{"name":"x"},{"name":"y","port":1,"name":"z"}],"type":1,"type":2},"a":3}
            """#
        let json = try JSON(parsing: Array(text.utf8), duplicates: &found)
        #expect(found == ["spec.ports[1].name", "spec.type", "a"])
        #expect(json["a"] == 3)
        #expect(json.value(at: "spec", "ports")?.array?[1] == ["name": "z", "port": 1])
        var lists: [String] = []
        _ = try JSON(parsing: Array(#"[[{"k":1,"k":2}]]"#.utf8), duplicates: &lists)
        #expect(lists == ["[0][0].k"])
    }

    @Test("of a wide object finds its duplicates too")
    func wideObject() throws {
        let keys = (0..<5000).map { "\"key-\($0)\":\($0)" } + ["\"key-4000\":-1", "\"key-3\":-2"]
        var found: [String] = []
        let json = try JSON(
            parsing: Array("{\(keys.joined(separator: ","))}".utf8), duplicates: &found)
        #expect(found == ["key-4000", "key-3"])
        #expect(json.object?.count == 5000)
        #expect(json["key-4000"] == -1 && json["key-3"] == -2 && json["key-4999"] == 4999)
    }

    @Test(
        "is written compactly, escaping what must be",
        arguments: [
            (nil, "null"), (true, "true"), (.integer(.min), "-9223372036854775808"), (0, "0"),
            (.double(0.5), "0.5"), (.double(3), "3"), (.double(.nan), "null"),
            (.double(.infinity), "null"),
            (.double(1e300), "1e+300"), ("a\"\\\n\r\t\u{1}\u{1f}", #""a\"\\\n\r\t\u0001\u001f""#),
            ("\u{e4}\u{1F600}\u{7f}", "\"\u{e4}\u{1F600}\u{7f}\""),
            ("12345678\"90", #""12345678\"90""#),
            ([1, [], [:], "x"], #"[1,[],{},"x"]"#), (["b": 1, "a": [nil]], #"{"b":1,"a":[null]}"#),
        ] as [(JSON, String)])
    func writing(_ value: JSON, _ expected: String) throws {
        #expect(String(decoding: value.encoded(), as: UTF8.self) == expected)
        var appended = Array("x=".utf8)
        value.write(to: &appended)
        #expect(String(decoding: appended, as: UTF8.self) == "x=" + expected)
    }
}
