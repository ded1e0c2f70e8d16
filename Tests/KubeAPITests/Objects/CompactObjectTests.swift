import Testing

@testable import KubeAPI

@Suite("Objects in little room are what they were")
struct CompactObjectTests {
    @Test(
        "A uid is told as it was given",
        arguments: [
            "", "x", "49ad07c8-f868-41a0-b3ab-02e1ebb96855", "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff", "49AD07C8-f868-41a0-b3ab-02e1ebb96855",
            "49ad07c8-f868-41a0-b3ab-02e1ebb9685", "49ad07c8-f868-41a0-b3ab-02e1ebb968555",
            "49ad07c8xf868-41a0-b3ab-02e1ebb96855", "49ad07c8-f868-41a0-b3ab-02e1ebb9685g",
            "49ad07c8-f868-41a0-b3ab-02e1ebb968-5", "------------------------------------", "é",
        ])
    func uid(_ text: String) {
        #expect(ObjectUID(text).text == text)
        var meta = ObjectMeta()
        meta.uid = text
        #expect(meta.uid == text)
        #expect(OwnerReference(apiVersion: "v1", kind: "Pod", name: "a", uid: text).uid == text)
        #expect(ObjectReference(uid: text).uid == text)
    }

    @Test("Two uids are equal if their texts are")
    func uidEquality() {
        var random = SplitMix(seed: 1)
        let digits = Array("0123456789abcdef")
        for _ in 0..<1000 {
            let text = String(
                (0..<36).map { index in
                    [8, 13, 18, 23].contains(index) ? "-" : digits.randomElement(using: &random)!
                })
            var other = Array(text)
            other[Int.random(in: 0..<36, using: &random)] = "0"
            #expect(ObjectUID(text).text == text)
            #expect((ObjectUID(text) == ObjectUID(String(other))) == (text == String(other)))
        }
    }

    @Test("What few endpoints have comes and goes")
    func endpoint() {
        let plain = Endpoint(addresses: ["10.0.0.1", "10.0.0.2"])
        #expect(plain.addresses == ["10.0.0.1", "10.0.0.2"])
        #expect(plain.firstAddress == "10.0.0.1")
        #expect(Endpoint(addresses: []).firstAddress == nil)
        #expect(Endpoint(addresses: []).addresses.isEmpty)
        var full = plain
        full.hostname = "db-0"
        full.zone = "a"
        full.hints = EndpointHints(forZones: ["a"])
        full.deprecatedTopology = ["k": "v"]
        #expect(full != plain)
        #expect(Endpoint(json: full.json) == full)
        let copy = full
        full.zone = "b"
        #expect((copy.zone, full.zone, full.hostname) == ("a", "b", "db-0"))
        full.hostname = nil
        full.zone = nil
        full.hints = nil
        full.deprecatedTopology = [:]
        #expect(full == plain)
    }

    @Test("What few objects have comes and goes")
    func metadata() {
        let plain = ObjectMeta(name: "a", namespace: "b", labels: ["l": "x"])
        var full = plain
        full.generateName = "a-"
        full.deletionTimestamp = "2026-01-01T00:00:00Z"
        full.deletionGracePeriodSeconds = 30
        full.finalizers = ["f"]
        full.managedFields = [["manager": "m"]]
        #expect(full != plain)
        #expect(ObjectMeta(json: full.json) == full)
        #expect(ObjectMeta(json: plain.json) == plain)
        full.generateName = ""
        full.deletionTimestamp = nil
        full.deletionGracePeriodSeconds = nil
        full.finalizers = []
        full.managedFields = nil
        #expect(full == plain)
    }

    @Test("A shared text is the text that was asked for, in many threads")
    func sharedTexts() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<2000).allSatisfy { index in
                        let text =
                            "endpointslice.kubernetes.io/key-\((index * 7 + task) % 700)"
                        return SharedText.of(text) == text
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        // The same letters in two compositions are equal, and yet not the same bytes.
        let composed = "M\u{FC}llerstra\u{DF}e 12"
        let decomposed = "Mu\u{308}llerstra\u{DF}e 12"
        #expect(composed == decomposed)
        for text in [
            "", "short", String(repeating: "é", count: 500), composed, decomposed, composed,
        ] {
            #expect(Array(SharedText.of(text).utf8) == Array(text.utf8))
        }
    }
}
