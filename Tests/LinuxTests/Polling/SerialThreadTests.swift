import Linux
import Testing

@Suite("A serial thread")
struct SerialThreadTests {
    private final class Value: Sendable {
        let number = 1
    }

    @Test("has let go of what its work held when the caller goes on")
    func ownership() async throws {
        let thread = try SerialThread(named: "test")
        var shared = 0
        for _ in 0..<5000 {
            var value = Value()
            let number = await thread.run { [value] in value.number }
            #expect(number == 1)
            if !isKnownUniquelyReferenced(&value) { shared += 1 }
        }
        #expect(shared == 0)
    }

    @Test("does work in the order in which it comes")
    func order() async throws {
        let thread = try SerialThread(named: "test")
        let (numbers, sink) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<100 { thread.post { sink.yield(number) } }
        await thread.run { sink.finish() }
        var seen: [Int] = []
        for await number in numbers { seen.append(number) }
        #expect(seen == Array(0..<100))
    }
}
