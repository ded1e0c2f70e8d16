import Addresses
import TestSupport
import Testing

@testable import LoadBalancing

@Suite("A session affinity table")
struct SessionAffinityTableTests {
    @Test("When it is full, the client that has been away longest is forgotten")
    func bounded() {
        var table = SessionAffinityTable(timeoutSeconds: 100, capacity: 3)
        for number in 0..<3 {
            table.record(
                BackendChooserTests.client(number), BackendSlot(number), now: UInt64(number))
        }
        table.record(BackendChooserTests.client(0), BackendSlot(0), now: 5)
        table.record(BackendChooserTests.client(9), BackendSlot(9), now: 6)
        #expect(table.count == 3)
        let kept = [0, 1, 2, 9].map {
            table.backend(of: BackendChooserTests.client($0), now: 7) != nil
        }
        #expect(kept == [true, false, true, true])
    }

    @Test(
        "It agrees with a plain dictionary under random operations",
        arguments: [1, 2, 3] as [UInt64])
    func model(_ seed: UInt64) {
        var bits = SplitMix64(seed: seed)
        var table = SessionAffinityTable(timeoutSeconds: 1, capacity: 1000)
        var model: [Int: (slot: Int, at: UInt64)] = [:]
        var now: UInt64 = 0
        for _ in 0..<20_000 {
            now += UInt64.random(in: 0...20_000_000, using: &bits)
            let client = Int.random(in: 0..<100, using: &bits)
            let slot = Int.random(in: 0..<8, using: &bits)
            switch Int.random(in: 0..<20, using: &bits) {
            case 0:
                table.forgetBackends { $0 == BackendSlot(slot) }
                model = model.filter { $0.value.slot != slot }
            case 1:
                table.forget(BackendChooserTests.client(client))
                model[client] = nil
            case 2...9:
                table.record(BackendChooserTests.client(client), BackendSlot(slot), now: now)
                model[client] = (slot, now)
            default:
                let expected = model[client].flatMap {
                    $0.at + 1_000_000_000 > now ? BackendSlot($0.slot) : nil
                }
                let found = table.backend(of: BackendChooserTests.client(client), now: now)
                #expect(found == expected)
            }
        }
    }
}
