import Testing

@testable import KubeAPI

@Suite("Label selectors")
struct LabelSelectorTests {
    static let labels = ["app": "web", "tier": "front", "rank": "7", "example.com/x": ""]

    @Test(
        "select by value, set and existence",
        arguments: [
            ("", true), ("app=web", true), ("app==web", true), ("app = web , tier=front", true),
            ("app=db", false), ("app!=db", true), ("app!=web", false), ("missing!=x", true),
            ("app in (db,web)", true), ("app in (db)", false), ("app notin (db, cache)", true),
            ("app notin (web)", false), ("missing notin (web)", true), ("missing in (web)", false),
            ("app", true), ("missing", false), ("!missing", true), ("!app", false),
            ("example.com/x", true), ("example.com/x=", true), ("example.com/x in (,a)", true),
            ("app=", false), ("rank>6", true), ("rank<7", false), ("app>1", false),
            ("in", false), ("notin=x", false), ("!in,app", true), ("app in ()", false),
            ("app=web,tier!=back,!canary,rank in (1,7)", true),
        ])
    func matching(_ text: String, _ expected: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches(Self.labels) == expected)
        let object: JSON = ["metadata": ["labels": .stringMap(Self.labels)]]
        #expect(selector.matches(object) == expected)
        #expect(try LabelSelector(parsing: selector.description) == selector)
    }

    @Test(
        "that are malformed are refused as a bad request",
        arguments: [
            ",", "app=web,", "app=web,,tier", "=web", "app=web=x", "app in web", "app in (web",
            "app in (web))", "app notin", "app web", "!app=web", "!", "a b", "bad key/x/y=1",
            "-app=web", "app=-web", "app=\u{e4}", "app in (a b)", "rank>x", "app!web",
            "(app)", "app=((",
        ])
    func refused(_ text: String) {
        #expect {
            try LabelSelector(parsing: text)
        } throws: {
            ($0 as? Status)?.reason == .badRequest
        }
    }

    @Test("never trap on random text")
    func fuzz() {
        var random = SplitMix(seed: 7)
        let alphabet = Array("ab=!(),<> in.-/\u{e4}".unicodeScalars)
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int(random.next() % 14) {
                text.unicodeScalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            if let selector = try? LabelSelector(parsing: text) {
                #expect((try? LabelSelector(parsing: selector.description)) == selector)
            }
        }
    }
}
