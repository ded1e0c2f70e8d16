import Testing

@testable import DataPlanes

@Suite struct DebounceTests {
    private var debounce = Debounce(quiet: .nanoseconds(100), longest: .nanoseconds(1000))

    /// The moments among these at which it looks.
    private mutating func looks(_ moments: UInt64...) -> [UInt64] {
        moments.filter { debounce.take(at: $0) }
    }

    @Test mutating func `Without news there is nothing to look at`() {
        #expect(debounce.due == nil)
        let looks = looks(0, 1 << 60)
        #expect(looks == [])
    }

    @Test mutating func `It waits for quiet, looks once, and starts anew`() {
        debounce.news(at: 10)
        debounce.news(at: 60)
        #expect(debounce.due == 160)
        let looks = looks(159, 160, 161)
        #expect(looks == [160])
        #expect(debounce.due == nil)
        debounce.news(at: 5000)
        #expect(debounce.due == 5100)
    }

    @Test mutating func `News without end are looked at all the same`() {
        for now in stride(from: UInt64(0), through: 950, by: 50) { debounce.news(at: now) }
        let looks = looks(999, 1000)
        #expect(looks == [1000])
    }
}
