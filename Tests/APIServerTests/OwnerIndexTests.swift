import KubeAPI
import TestSupport
import Testing

@testable import APIServer

@Suite("What is owned by what")
struct OwnerIndexTests {
    @Test(
        "Agrees with a plain set of pairs, whatever comes and goes",
        arguments: 1...20 as ClosedRange<UInt64>)
    func agrees(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let index = OwnerIndex()
        let uids = (0..<4).map { ObjectUID("uid-\($0)") }
        var model: [String: Set<ObjectUID>] = [:]
        for _ in 0..<300 {
            let name = "slice-\(Int.random(in: 0..<6, using: &random))"
            let owners = uids.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            model[name] = Set(owners)
            let dependent = try #require(
                OwnerIndex.Dependent(.endpointSlices, ObjectName(namespace: "a", name: name)))
            // An object may name an owner twice.
            index.set(dependent, owners: owners + owners.prefix(1))
            for uid in uids {
                let expected = Set(model.filter { $0.value.contains(uid) }.keys)
                #expect(Set(index.dependents(of: uid).map(\.name.name)) == expected)
            }
            #expect(index.isEmpty == model.values.allSatisfy(\.isEmpty))
            #expect(index.holds(.endpointSlices) == !index.isEmpty)
        }
    }

    @Test("Very many dependents of one owner come and go", .timeLimit(.minutes(1)))
    func many() throws {
        let index = OwnerIndex()
        let uid = ObjectUID("uid")
        let dependents = try (0..<20_000).map {
            try #require(
                OwnerIndex.Dependent(.pods, ObjectName(namespace: "a", name: "pod-\($0)")))
        }
        for dependent in dependents { index.set(dependent, owners: [uid]) }
        #expect(index.dependents(of: uid).count == dependents.count)
        for dependent in dependents { index.set(dependent, owners: []) }
        #expect(index.isEmpty)
        #expect(index.dependents(of: uid).isEmpty)
    }
}
