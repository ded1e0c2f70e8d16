import TestSupport
import Testing

@testable import LoadBalancing

@Suite("Sorted rows")
struct SortedRowsTests {
    @Test("Agree with a dictionary", arguments: 1...20 as ClosedRange<UInt64>)
    func agree(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var rows = SortedRows<Int, Int>()
        var model: [Int: Int] = [:]
        for _ in 0..<400 {
            let key = Int.random(in: 0..<12, using: &random)
            let value = Bool.random(using: &random) ? Int.random(in: 0..<3, using: &random) : nil
            rows[key] = value
            model[key] = value
            #expect(rows[key] == value)
            #expect(Array(rows.keys) == model.keys.sorted())
            #expect(rows.map(\.value) == model.keys.sorted().map { model[$0]! })
        }
        var again = SortedRows<Int, Int>()
        for (key, value) in model.shuffled(using: &random) { again[key] = value }
        #expect(again == rows)
        again[99] = 1
        #expect(again != rows)
    }
}
