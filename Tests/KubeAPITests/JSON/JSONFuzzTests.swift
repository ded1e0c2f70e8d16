import Addresses
import Testing

@testable import KubeAPI

@Suite("JSON text that nobody meant")
struct JSONFuzzTests {
    @Test("random bytes are refused or read, and never trap")
    func randomBytes() {
        var random = SplitMix(seed: 11)
        let alphabet =
            Array("{}[]\",:\\u0123456789.eE+-truefalsn \n\u{1}".utf8) + [0x80, 0xC3, 0xFF]
        for _ in 0..<20_000 {
            let length = Int(random.next() % 40)
            let bytes = (0..<length).map { _ in
                alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            check(bytes)
        }
    }

    @Test("mutated documents are refused or read, and never trap")
    func mutations() {
        var random = SplitMix(seed: 12)
        let documents = [
            RoundTripTests.service, RoundTripTests.slice, RoundTripTests.endpoints,
            RoundTripTests.event,
        ].map { Array($0.utf8) }
        for round in 0..<1_200 {
            var bytes = documents[round % documents.count]
            for _ in 0...Int(random.next() % 3) { mutate(&bytes, &random) }
            guard let json = check(bytes) else { continue }
            _ = Service(json: json).json
            _ = EndpointSlice(json: json).json
            _ = Endpoints(json: json).json
            _ = Event(json: json).json
            _ = Pod(json: json)
            for resource in Resource.all { _ = rules(json, resource) }
        }
    }

    @Test("random trees are read back as they were written")
    func roundTrip() throws {
        var random = SplitMix(seed: 13)
        for _ in 0..<3_000 {
            let json = tree(depth: 4, &random)
            #expect(try JSON(parsing: json.encoded()) == json)
        }
    }

    /// What is read is written and read again the same.
    @discardableResult
    private func check(_ bytes: [UInt8]) -> JSON? {
        guard let json = try? JSON(parsing: bytes) else { return nil }
        #expect((try? JSON(parsing: json.encoded())) == json)
        return json
    }

    private func rules(_ json: JSON, _ resource: Resource) -> [FieldError] {
        let context = ServiceValidationContext()
        var object = json
        ObjectRules.prepareForCreate(&object, resource)
        var errors = ObjectRules.createErrors(object, resource, context)
        ObjectRules.prepareForUpdate(&object, replacing: json, resource, subresource: nil)
        errors += ObjectRules.updateErrors(
            object, replacing: json, resource, subresource: "status", context)
        return errors + ObjectRules.warnings(json, resource, isNew: true).map { .required("", $0) }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let index = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 5 {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(Array("{}[]\",:\\0-e".utf8)[Int(random.next() % 11)], at: index)
        case 3: bytes = Array(bytes.prefix(index + 1))
        default:
            let end = min(bytes.count, index + Int(random.next() % 30))
            bytes.insert(contentsOf: bytes[index..<end], at: index)
        }
        if bytes.isEmpty { bytes = [UInt8(ascii: "0")] }
    }

    private func tree(depth: Int, _ random: inout SplitMix) -> JSON {
        switch random.next() % (depth == 0 ? 5 : 7) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: random.next() >> (random.next() % 64)))
        case 3: return .double(Double(Int64(bitPattern: random.next())) / 1024)
        case 4: return .string(text(&random))
        case 5: return .array((0..<random.next() % 5).map { _ in tree(depth: depth - 1, &random) })
        default:
            return .object(
                JSONObject(
                    (0..<random.next() % 20).map { _ in
                        (text(&random), tree(depth: depth - 1, &random))
                    }))
        }
    }

    private func text(_ random: inout SplitMix) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "b", "\"", "\\", "\n", "\u{1}", "\u{e4}", "\u{1F600}", "/",
        ]
        var text = ""
        for _ in 0..<random.next() % 24 {
            text.unicodeScalars.append(scalars[Int(random.next() % 9)])
        }
        return text
    }
}
