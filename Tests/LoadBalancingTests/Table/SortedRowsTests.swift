import TestSupport
import Testing

@testable import LoadBalancing

@Suite("Sorted rows")
struct SortedRowsTests {
    @Test("Agree with the dictionary that they are made of", arguments: [0, 1, 2, 7, 300])
    func agree(_ count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        var model: [Int: Int] = [:]
        while model.count < count {
            model[Int.random(in: 0..<1000, using: &random)] = Int.random(in: 0..<9, using: &random)
        }
        let rows = SortedRows(model)
        #expect(Array(rows.keys) == model.keys.sorted())
        #expect(rows.map(\.value) == model.keys.sorted().map { model[$0]! })
        for key in -1...1000 { #expect(rows[key] == model[key]) }
        #expect(rows == SortedRows(model))
        model[1001] = 1
        #expect(rows != SortedRows(model))
        model[1001] = nil
        if let key = model.keys.first {
            model[key] = 10
            #expect(rows != SortedRows(model))
        }
    }
}
