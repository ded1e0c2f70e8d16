import Foundation
import SQLiteStorage
import Storage
import Testing

@Suite("The SQLite log")
struct SQLiteLogTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.path("store.db") }

    @Test("Continues with the same objects, revisions and history")
    func continues() async throws {
        let first = try SQLiteLog(path: path)
        try await first.put("a", "one")
        try await first.put("b")
        try await first.put("a", "two")
        try await first.delete("b")
        await first.close()

        let second = try SQLiteLog(path: path)
        #expect(try await second.currentRevision() == Revision(4))
        #expect(try await second.keys("") == ["a"])
        #expect(try await second.keys("", at: Revision(2)) == ["a", "b"])
        let watch = try await second.watch("", after: Revision(1))
        #expect(try await watch.events(3) == ["put b @2.", "put a two@3.", "delete b gone@4."])
        #expect(try await second.put("c").revision == Revision(5))
        await second.close()
    }

    @Test("Never gives a revision twice, even if all that was written is deleted and compacted")
    func keepsCounting() async throws {
        let first = try SQLiteLog(path: path)
        try await first.put("a")
        try await first.delete("a")
        try await first.compact(before: Revision(2))
        await first.close()
        let second = try SQLiteLog(path: path)
        #expect(try await second.put("b").revision == Revision(3))
        #expect(try await second.compactedRevision() == Revision(2))
        await second.close()
    }

    @Test("Refuses a second opening, with the reason, until the first is closed")
    func isExclusive() async throws {
        let first = try SQLiteLog(path: path)
        try await first.put("a")
        #expect(throws: SQLiteError.inUse(path: path)) { try SQLiteLog(path: path) }
        await first.close()
        let second = try SQLiteLog(path: path)
        #expect(try await second.keys("") == ["a"])
        await second.close()
        await #expect(throws: LogError.closed) { try await first.put("b") }
    }

    @Test("Is readable by its owner alone")
    func isPrivate() async throws {
        let log = try SQLiteLog(path: path)
        try await log.put("a")
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.path(file))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
        await log.close()
    }

    @Test("Refuses what is not its database")
    func refusesForeignFiles() throws {
        try Data("this is no database, whatever its name says".utf8)
            .write(to: URL(filePath: path))
        #expect(throws: SQLiteError.foreign(path: path, why: "file is not a database")) {
            try SQLiteLog(path: path)
        }
        let missing = directory.path("no/such/directory/store.db")
        #expect(throws: SQLiteError.failed(path: missing, why: "No such file or directory")) {
            try SQLiteLog(path: missing)
        }
    }

    @Test("Refuses a damaged database")
    func refusesDamage() async throws {
        let log = try SQLiteLog(path: path)
        for number in 0..<200 {
            try await log.put("key/\(number)", String(repeating: "x", count: 500))
        }
        await log.close()
        var bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.count > 40_000)
        for index in stride(from: 8192, to: bytes.count, by: 4096) {
            bytes.replaceSubrange(index..<index + 64, with: repeatElement(0xFF, count: 64))
        }
        try bytes.write(to: URL(filePath: path))
        let error = #expect(throws: SQLiteError.self) { try SQLiteLog(path: path) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("Random bytes in the file never trap", arguments: 0..<40 as Range<UInt64>)
    func survivesNoise(seed: UInt64) async throws {
        let log = try SQLiteLog(path: path)
        for number in 0..<20 { try await log.put("key/\(number)") }
        await log.close()
        var random = SplitMix(state: seed)
        var bytes = try Data(contentsOf: URL(filePath: path))
        for _ in 0..<20 {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
        }
        try bytes.write(to: URL(filePath: path))
        do throws(SQLiteError) { await (try SQLiteLog(path: path)).close() } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test(
        "Agrees with a dictionary over writes, compactions and restarts",
        arguments: 1...4 as ClosedRange<UInt64>)
    func agreesWithAModel(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        var model: [String: String] = [:]
        var past: [[String: String]] = [model]
        var log = try SQLiteLog(path: path)
        for _ in 0..<400 {
            let key = "k\(Int.random(in: 0..<12, using: &random))"
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                await log.close()
                log = try SQLiteLog(path: path)
            case 1: try await log.compact(before: Revision(UInt64(past.count - 1)))
            case 2...6 where model[key] != nil:
                try await log.delete(key)
                model[key] = nil
                past.append(model)
            default:
                model[key] = try await log.put(key, "v").text
                past.append(model)
            }
            let oldest = try await log.compactedRevision().value
            let shown = UInt64.random(in: oldest...UInt64(past.count - 1), using: &random)
            let page = try await log.list("", at: Revision(shown), after: nil, limit: nil)
            let found = page.entries.map { ($0.key, $0.value.text) }
            #expect(Dictionary(uniqueKeysWithValues: found) == past[Int(shown)])
        }
        await log.close()
    }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
