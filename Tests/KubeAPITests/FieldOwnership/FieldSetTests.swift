import Testing

@testable import KubeAPI

@Suite("Sets of fields")
struct FieldSetTests {
    /// As `kubectl get --show-managed-fields` shows them.
    @Test(
        "FieldsV1 is read and written as Kubernetes writes it",
        arguments: [
            "{}",
            #"{"f:spec":{"f:type":{}}}"#,
            #"{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:selector":{}}}"#,
            #"{"f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}}"#,
            #"{"f:spec":{"f:ports":{"k:{\"port\":80}":{},"k:{\"port\":443}":{}}}}"#,
            #"{"f:metadata":{"f:finalizers":{".":{},"v:\"a\"":{},"v:\"b\"":{}}}}"#,
            #"{"f:a":{"i:0":{},"i:2":{},"i:10":{}}}"#,
            #"{"f:a":{"v:1":{},"v:1.5":{},"v:\"x\"":{},"v:true":{}}}"#,
        ])
    func roundTrip(_ text: String) throws {
        let set = try FieldSet(fieldsV1: tree(text))
        #expect(String(decoding: set.json.encoded(), as: UTF8.self) == text)
    }

    @Test(
        "whatever the order of a text is, that of the set is the same",
        arguments: [
            (
                #"{"f:b":{},"f:a":{"v:\"y\"":{},"v:\"x\"":{}}}"#,
                #"{"f:a":{"v:\"x\"":{},"v:\"y\"":{}},"f:b":{}}"#
            ),
            (
                #"{"f:p":{"k:{\"protocol\":\"TCP\",\"port\":443}":{},"k:{\"port\":80}":{}}}"#,
                #"{"f:p":{"k:{\"port\":80}":{},"k:{\"port\":443,\"protocol\":\"TCP\"}":{}}}"#
            ),
            (#"{"f:a":{"x:new":{},"f:b":{}}}"#, #"{"f:a":{"f:b":{}}}"#),
        ])
    func normalizes(_ text: String, _ normal: String) throws {
        let set = try FieldSet(fieldsV1: tree(text))
        #expect(String(decoding: set.json.encoded(), as: UTF8.self) == normal)
    }

    @Test(
        "what is no FieldsV1 is refused",
        arguments: [
            "[]", "1", #"{"f":{}}"#, #"{"k:[]":{}}"#, #"{"k:{":{}}"#, #"{"i:x":{}}"#,
            #"{"f:a":1}"#, #"{"f:a":null}"#, #"{"":{}}"#,
        ])
    func malformed(_ text: String) throws {
        let json = try tree(text)
        #expect(throws: FieldSet.FieldsError.self) { try FieldSet(fieldsV1: json) }
    }

    @Test("the algebra of sets holds for random sets")
    func algebra() throws {
        var random = SplitMix(seed: 21)
        for _ in 0..<400 {
            let a = Self.random(&random)
            let b = Self.random(&random)
            let c = Self.random(&random)
            #expect(a.union(b) == b.union(a))
            #expect(a.union(b).union(c) == a.union(b.union(c)))
            #expect(a.intersection(b) == b.intersection(a))
            #expect(a.subtracting(b).union(a.intersection(b)) == a)
            #expect(a.subtracting(b).intersection(b).isEmpty)
            #expect(a.union(b).count == a.count + b.count - a.intersection(b).count)
            #expect(a.subtracting(a).isEmpty && a.union(FieldSet()) == a)
            let paths = a.paths
            #expect(FieldSet(paths.reversed()) == a && paths.count == a.count)
            #expect(paths.allSatisfy { a.contains($0) })
            #expect(
                try FieldSet(fieldsV1: tree(String(decoding: a.json.encoded(), as: UTF8.self))) == a
            )
            let rest = a.subtracting(treesOf: b)
            #expect(
                rest.paths.allSatisfy { path in
                    !path.indices.contains { b.contains(path[...$0]) }
                })
        }
    }

    private static func random(_ random: inout SplitMix) -> FieldSet {
        let elements: [FieldElement] = [
            .field("a"), .field("b"), .field("c"), .value("x"), .value(3), .index(1),
            .key([.init(name: "port", value: 80)]),
        ]
        var set = FieldSet()
        for _ in 0..<(random.next() % 12) {
            let length = 1 + random.next() % 3
            set.insert((0..<length).map { _ in elements[Int(random.next() % 7)] })
        }
        return set
    }
}
