import Storage
import Testing

@Suite("Every log keeps the contract")
struct RevisionLogTests {
    @Test(
        "Every write has a revision of its own, and its value contains it",
        arguments: LogKind.allCases)
    func numbersWrites(kind: LogKind) async throws {
        let log = try kind.make()
        #expect(try await log.currentRevision() == .zero)
        #expect(try await log.put("a", "x").text == "x@1.")
        let both = try await log.append([
            Write(.put, "b", VersionedValue("y")), Write(.put, "c", VersionedValue("z")),
        ])
        #expect(both.map(\.text) == ["y@2.", "z@3."])
        #expect(try await log.get("b")?.revision == Revision(2))
        #expect(try await log.currentRevision() == Revision(3))
    }

    /// A write to key "a", which holds revision 1 or is absent.
    struct Attempt: Sendable, CustomTestStringConvertible {
        var action: Write.Action
        var expectation: Write.Expectation
        var isPresent: Bool
        var succeeds: Bool

        var testDescription: String {
            "\(action) expecting \(expectation), \(isPresent ? "present" : "absent")"
        }

        static let all: [Attempt] = [
            Attempt(action: .put, expectation: .any, isPresent: false, succeeds: true),
            Attempt(action: .put, expectation: .any, isPresent: true, succeeds: true),
            Attempt(action: .put, expectation: .absent, isPresent: false, succeeds: true),
            Attempt(action: .put, expectation: .absent, isPresent: true, succeeds: false),
            Attempt(
                action: .put, expectation: .revision(Revision(1)), isPresent: true, succeeds: true),
            Attempt(
                action: .put, expectation: .revision(Revision(2)), isPresent: true, succeeds: false),
            Attempt(
                action: .put, expectation: .revision(Revision(1)), isPresent: false, succeeds: false
            ),
            Attempt(action: .delete, expectation: .any, isPresent: true, succeeds: true),
            Attempt(action: .delete, expectation: .any, isPresent: false, succeeds: false),
            Attempt(
                action: .delete, expectation: .revision(Revision(1)), isPresent: true,
                succeeds: true),
            Attempt(
                action: .delete, expectation: .revision(Revision(9)), isPresent: true,
                succeeds: false),
        ]
    }

    @Test(
        "A write is made only if the key is in the expected state",
        arguments: LogKind.allCases, Attempt.all)
    func comparesAndSets(kind: LogKind, attempt: Attempt) async throws {
        let log = try kind.make()
        try await log.put(attempt.isPresent ? "a" : "other")
        let write = Write(
            attempt.action, "a", VersionedValue("new"), expecting: attempt.expectation)
        do throws(LogError) {
            let value = try await log.append(write)
            #expect(attempt.succeeds)
            #expect(value.revision == Revision(2))
            #expect(try await log.get("a") == (attempt.action == .put ? value : nil))
        } catch {
            #expect(!attempt.succeeds)
            #expect(error == .conflict(key: "a", current: attempt.isPresent ? Revision(1) : nil))
            #expect(try await log.currentRevision() == Revision(1))
        }
    }

    @Test("A batch is made as a whole or not at all", arguments: LogKind.allCases)
    func isAtomic(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("b")
        await #expect(throws: LogError.conflict(key: "b", current: Revision(1))) {
            _ = try await log.append([
                Write(.put, "a", VersionedValue("")),
                Write(.put, "b", VersionedValue(""), expecting: .absent),
            ])
        }
        #expect(try await log.keys("") == ["b"])
        #expect(try await log.put("c").revision == Revision(2))
    }

    @Test("A list has the keys of its prefix in order, page by page", arguments: LogKind.allCases)
    func lists(kind: LogKind) async throws {
        let log = try kind.make()
        for number in (0..<600).shuffled() {
            try await log.put("p/\(1000 + number)")
            if number % 100 == 0 { try await log.put("q/\(number)") }
        }
        let expected = (0..<600).map { "p/\(1000 + $0)" }
        #expect(try await log.keys("p/") == expected)
        #expect(try await log.keys("nothing").isEmpty)
        var seen: [String] = []
        var page = try await log.list("p/", at: nil, after: nil, limit: 250)
        let revision = page.revision
        while true {
            seen += page.entries.map(\.key)
            #expect(page.remaining == 600 - seen.count)
            guard page.remaining > 0 else { break }
            try await log.delete("p/1599", expecting: .any)
            try await log.put("p/1599")
            page = try await log.list("p/", at: revision, after: seen.last, limit: 250)
        }
        #expect(seen == expected)
    }

    @Test("A list at an older revision shows what was there", arguments: LogKind.allCases)
    func listsThePast(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("a", "first")
        try await log.put("b")
        try await log.put("a", "second")
        try await log.delete("b")
        try await log.put("c")
        #expect(try await log.keys("", at: Revision(2)) == ["a", "b"])
        let old = try await log.list("", at: Revision(2), after: nil, limit: nil)
        #expect(old.entries.map(\.value.text) == ["first@1.", "@2."])
        #expect(old.revision == Revision(2))
        #expect(try await log.keys("", at: Revision(4)) == ["a"])
        #expect(try await log.keys("") == ["a", "c"])
        await #expect(throws: LogError.future(requested: Revision(9), current: Revision(5))) {
            _ = try await log.keys("", at: Revision(9))
        }
    }

    @Test(
        "A watch tells the past and the present of its prefix in order", arguments: LogKind.allCases
    )
    func watches(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("p/a", "one")
        try await log.put("p/a", "two")
        try await log.put("q/x")
        let watch = try await log.watch("p/", after: Revision(1))
        #expect(try await watch.events(1) == ["put p/a two@2."])
        async let rest = watch.events(2)
        try await log.put("q/y")
        try await log.delete("p/a")
        try await log.put("p/b")
        #expect(try await rest == ["delete p/a gone@5.", "put p/b @6."])
    }

    @Test("An event carries what the key held before", arguments: LogKind.allCases)
    func tellsThePrevious(kind: LogKind) async throws {
        let log = try kind.make()
        let first = try await log.put("a", "one")
        let second = try await log.put("a", "two")
        try await log.delete("a")
        let watch = try await log.watch("a", after: .zero)
        let batch = try #require(try await watch.next())
        #expect(batch.events.map(\.previous) == [nil, first, second])
        #expect(batch.revision == Revision(3))
    }

    @Test("What is compacted cannot be listed or watched from", arguments: LogKind.allCases)
    func compacts(kind: LogKind) async throws {
        let log = try kind.make()
        for number in 1...10 { try await log.put("a", "\(number)") }
        let slow = try await log.watch("a", after: Revision(3))
        try await log.compact(before: Revision(6))
        #expect(try await log.compactedRevision() == Revision(6))
        let error = LogError.compacted(requested: Revision(5), compacted: Revision(6))
        await #expect(throws: error) { _ = try await log.keys("a", at: Revision(5)) }
        await #expect(throws: error) { _ = try await log.watch("a", after: Revision(5)) }
        await #expect(throws: LogError.self) { _ = try await slow.next() }
        let watch = try await log.watch("a", after: Revision(6))
        #expect(try await watch.events(4).last == "put a 10@10.")
        #expect(
            try await log.list("a", at: Revision(6), after: nil, limit: nil).entries[0].value.text
                == "6@6.")
    }

    @Test("The history is bounded, and an idle watch outlives it", arguments: LogKind.allCases)
    func boundsTheHistory(kind: LogKind) async throws {
        let log = try kind.make(historyLimit: 100)
        let idle = try await log.watch("idle", after: .zero)
        let slow = try await log.watch("busy", after: .zero)
        for _ in 1...300 { try await log.put("busy") }
        try await log.put("idle")
        let compacted = try await log.compactedRevision().value
        #expect((150...201).contains(compacted))
        await #expect(throws: LogError.self) { _ = try await slow.next() }
        #expect(try await idle.events(1) == ["put idle @301."])
    }

    @Test("A nudge returns an empty batch, a cancel ends the watch", arguments: LogKind.allCases)
    func nudges(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("other")
        let watch = try await log.watch("a", after: .zero)
        watch.nudge()
        let batch = try #require(try await watch.next())
        #expect(batch.events.isEmpty)
        #expect(batch.revision == Revision(1))
        let waiting = Task { try await watch.next() }
        waiting.cancel()
        #expect(try await waiting.value == nil)
        watch.cancel()
        #expect(try await watch.next() == nil)
    }

    @Test("Of many writers that race each write is counted once", arguments: LogKind.allCases)
    func survivesRaces(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("n", "0")
        let watch = try await log.watch("n", after: Revision(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<25 { try await increment(log) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await log.get("n")?.text == "200@201.")
        let events = try await watch.events(200)
        #expect(events == (1...200).map { "put n \($0)@\($0 + 1)." })
    }

    @Test(
        "A watch that has told everything can be settled, and gone on with from there",
        arguments: LogKind.allCases)
    func settles(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("a/1")
        let watch = try await log.watch("a/", after: .zero)
        #expect(watch.settle() == nil)
        #expect(try await watch.events(1) == ["put a/1 @1."])
        // What comes under other keys is nothing to tell.
        try await log.put("b/1")
        #expect(watch.settle() == Revision(2))
        #expect(try await watch.next() == nil)
        try await log.put("a/2")
        let again = try await log.watch("a/", after: Revision(2))
        #expect(again.settle() == nil)
        #expect(try await again.events(1) == ["put a/2 @3."])
        again.nudge()
        #expect(again.settle() == nil)
        #expect(try await again.next()?.events.isEmpty == true)
        #expect(again.settle() == Revision(3))
    }

    @Test(
        "While a task waits, a watch has reached the newest revision", arguments: LogKind.allCases)
    func reaches(kind: LogKind) async throws {
        let log = try kind.make()
        try await log.put("a/1")
        let watch = try await log.watch("a/", after: Revision(1))
        try await log.put("b/1")
        #expect(watch.reached == Revision(1))
        let waiting = Task { try await watch.next() }
        while watch.reached != Revision(2) { await Task.yield() }
        try await log.put("b/2")
        #expect(watch.reached == Revision(3))
        try await log.put("a/2")
        // Who has been handed a batch may not be done with it.
        #expect(watch.reached == Revision(3))
        #expect(try await waiting.value?.revision == Revision(4))
        try await log.put("a/3")
        #expect(try await watch.events(1) == ["put a/3 @5."])
        #expect(watch.reached == Revision(4))
        watch.cancel()
        #expect(watch.reached == nil)
    }
}

/// Adds one to the number in key "n".
private func increment(_ log: any RevisionLog) async throws {
    while true {
        guard let value = try await log.get("n"),
            let number = Int(value.text.prefix { $0 != "@" })
        else { return }
        do throws(LogError) {
            try await log.put("n", "\(number + 1)", expecting: .revision(value.revision))
            return
        } catch {
            guard case .conflict = error else { throw error }
        }
    }
}
