import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

/// A packet may have looked up the id of a list when a commit comes.
@Suite("A packet that has learned an id before a commit")
struct OvertakenPacketTests {
    @Test(
        "finds a backend after it, for as long as its frontend is there",
        arguments: 0..<6 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func ids(seed: UInt64, family: IPFamily) throws {
        var random = RandomTable(seed: 700 + seed, family)
        var scene = OracleTests.Scene(
            family, seed: seed, batchSize: seed.isMultiple(of: 2) ? 1 : 4 << 20)
        let watch = CommitWatch(family)
        scene.link.afterCommit = { watch.look($0) }
        for _ in 0..<150 {
            let changes = random.advance()
            try scene.apply(random.table, changes)
        }
        #expect(watch.problems == [])
        #expect(watch.moved > 0)
    }
}

private final class CommitWatch {
    private let family: IPFamily
    private var before: [TableContent.Key: UInt32] = [:]
    private(set) var problems: [String] = []
    /// Frontends that were led to another list.
    private(set) var moved = 0

    init(_ family: IPFamily) { self.family = family }

    func look(_ kernel: FakeKernel) {
        var link = FakeLink()
        link.kernel = kernel
        guard let table = try? KernelTable(family, &link) else { return }
        let lists = KernelLists(table, family)
        var now: [TableContent.Key: UInt32] = [:]
        for (key, data) in table.content[.servicePorts] {
            guard case .value(let value)? = data, let number = value.number(at: 0) else { continue }
            let id = number & ~ReservedID.special
            now[key] = id
            guard let old = before[key], old >= ReservedID.firstList else { continue }
            if old != id { moved += 1 }
            if lists.list(old) == nil { problems.append("\(key.key.bytes): list \(old) is gone") }
        }
        before = now
    }
}
