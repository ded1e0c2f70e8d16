import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

/// A packet may have made one look-up when a commit comes, and not yet the next.
@Suite("A packet that a commit overtakes")
struct OvertakenPacketTests {
    @Test(
        "finds a backend, its list's timeout and who may connect, for as long as its frontend is there",
        arguments: 0..<6 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func commits(seed: UInt64, family: IPFamily) throws {
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
        #expect(watch.opened > 0)
    }

    @Test(
        "may connect from a range that is there before and after, when all may or no longer may",
        arguments: [IPFamily.ipv4, .ipv6])
    func ranges(family: IPFamily) throws {
        let state = ServicePortState(cluster: SchedulerShareTests.backends(family, [1, 1, 1]))
        var service = try SchedulerShareTests.OneService(family, state)
        let watch = CommitWatch(family)
        watch.look(service.scene.link.kernel)
        service.scene.link.afterCommit = { watch.look($0) }
        let ranges =
            (family == .ipv4 ? ["203.0.113.0/24", "10.0.0.0/8"] : ["2001:db8::/64", "fd00::/8"])
            .map { IPPrefix($0)! }
        var last = service.table
        for some in [ranges, nil, [ranges[0]], ranges, nil] as [[IPPrefix]?] {
            var next = last
            for address in next.frontends.keys { next.frontends[address]?.sourceRanges = some }
            try service.scene.apply(next, next.changes(since: last))
            last = next
        }
        #expect(watch.problems == [])
        #expect(watch.closed == 2 && watch.opened == 2)
    }

    @Test(
        "finds a timeout of its list, whichever set it has asked",
        arguments: [IPFamily.ipv4, .ipv6])
    func timeouts(family: IPFamily) throws {
        var state = ServicePortState(cluster: SchedulerShareTests.backends(family, [1, 1, 1]))
        state.affinityTimeout = 10
        var service = try SchedulerShareTests.OneService(family, state)
        let watch = CommitWatch(family)
        service.scene.link.afterCommit = { watch.look($0) }
        for timeout in [10, 20, 10, 30, nil, 10] as [UInt32?] {
            state.affinityTimeout = timeout
            try service.set(state)
        }
        #expect(watch.problems == [])
        #expect(watch.retimed > 1)
    }
}

private final class CommitWatch {
    private let family: IPFamily
    private var before: Looked?
    private(set) var problems: [String] = []
    /// Frontends that were led to another list; that everybody may connect to now; that not everybody may any more; lists
    /// with another timeout.
    private(set) var (moved, opened, closed, retimed) = (0, 0, 0, 0)

    init(_ family: IPFamily) { self.family = family }

    func look(_ kernel: FakeKernel) {
        var link = FakeLink()
        link.kernel = kernel
        guard let table = try? KernelTable(family, &link) else { return }
        let now = Looked(table)
        if let before { compare(before, now, KernelLists(table, family)) }
        before = now
    }

    private func compare(_ before: Looked, _ now: Looked, _ lists: KernelLists) {
        for (key, old) in before.ids where old >= ReservedID.firstList {
            guard let id = now.ids[key] else { continue }
            if old != id { moved += 1 }
            if lists.list(old) == nil { problems.append("\(key.key.bytes): list \(old) is gone") }
        }
        for key in before.restricted.subtracting(now.restricted) {
            opened += 1
            for element in before.allowed where element.starts(with: key.key.bytes) {
                if !now.allowed.contains(element) { problems.append("\(element) is gone") }
            }
        }
        // The kernel shows what is new in `allowed` later than what is new in `restricted`.
        for key in now.restricted.subtracting(before.restricted) where before.ids[key] != nil {
            closed += 1
            for element in now.allowed where element.starts(with: key.key.bytes) {
                if !before.allowed.contains(element) { problems.append("\(element) is late") }
            }
        }
        for (id, timeouts) in before.timeouts {
            guard let left = now.timeouts[id], left.isDisjoint(with: timeouts) else { continue }
            problems.append("\(id) is in \(left), no more in \(timeouts)")
        }
        retimed += now.timeouts.values.count { $0.count > 1 }
    }
}

/// What the packets of a moment look up.
private struct Looked {
    var ids: [TableContent.Key: UInt32] = [:]
    var restricted: Set<TableContent.Key>
    var allowed: Set<[UInt8]>
    /// By the id of a list.
    var timeouts: [UInt32: Set<UInt32>] = [:]

    init(_ table: KernelTable) {
        for (key, data) in table.content[.servicePorts] {
            guard case .value(let value)? = data, let number = value.number(at: 0) else { continue }
            ids[key] = ReservedID.list(number)
        }
        restricted = Set(table.content[.restricted].keys)
        allowed = Set(table.content[.allowed].keys.map { Array($0.key.bytes) })
        for case .sticky(let timeout) in SetName.all(named: table.sets.keys) {
            for key in table.content[.sticky(timeout)].keys {
                timeouts[key.key.number(at: 0) ?? 0, default: []].insert(timeout)
            }
        }
    }
}
