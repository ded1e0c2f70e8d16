import Addresses
import Linux
import LoadBalancing
import Synchronization
import Testing

@testable import DataPlanes

@Suite(
    "Watching node addresses", .blockingThreads,
    .enabled(if: NodeNamespace.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct NodeAddressWatcherTests {
    private static let one = IPAddress("192.0.2.10")!
    private static let two = IPAddress("198.51.100.10")!
    private static let six = IPAddress("2001:db8:a::10")!

    @Test func `What is there is known at once; what comes and goes is told`() async throws {
        let lab = try WatcherLab(.all, [Self.one])
        #expect(lab.watcher.addresses == [Self.one])
        try lab.node.add([Self.two])
        #expect(await lab.next() == [Self.one, Self.two])
        try lab.node.add([Self.six])
        #expect(await lab.next() == [Self.one, Self.two, Self.six])
        try lab.node.remove([Self.one, Self.six])
        #expect(await lab.next() == [Self.two])
        #expect(lab.watcher.addresses == [Self.two])
        await lab.watcher.stop()
    }

    @Test func `Changes that come together are told together`() async throws {
        let lab = try WatcherLab(.all, [])
        let many = (1...200).map { IPAddress(ipv4: 0x0A09_0000 + $0) }
        try lab.node.add(many)
        #expect(await lab.next() == Set(many))
        await lab.watcher.stop()
        #expect(await lab.next() == nil)
    }

    @Test func `What is not selected is not told`() async throws {
        let lab = try WatcherLab(NodePortAddressSelection([IPPrefix("198.51.100.0/24")!]), [])
        try lab.node.add([Self.one])
        // Told of the first alone, this would be the second set.
        try await Task.sleep(for: .milliseconds(300))
        try lab.node.add([Self.two])
        #expect(await lab.next() == [Self.two])
        await lab.watcher.stop()
        #expect(await lab.next() == nil)
    }

    @Test func `The node's own IPs are served while they are addresses of it`() async throws {
        let lab = try WatcherLab(.primary, [Self.one, Self.two], nodeIPs: [Self.one, Self.six])
        #expect(lab.watcher.addresses == [Self.one])
        try lab.node.add([Self.six])
        #expect(await lab.next() == [Self.one, Self.six])
        lab.watcher.use(nodeIPs: [Self.two])
        #expect(await lab.next() == [Self.two])
        await lab.watcher.stop()
    }

    @Test func `News that the kernel threw away are made up for`() async throws {
        let lab = try WatcherLab(.all, [])
        let many = (1...3000).map { IPAddress(ipv4: 0x0A09_0000 + $0) }
        try lab.gate.holding {
            try lab.node.add([Self.one])
            // From here on the thread waits at the gate; its socket holds a few hundred messages.
            while lab.watcher.addresses.isEmpty { Linux.Thread.yield() }
            try lab.node.add(many)
        }
        #expect(await lab.next() == [Self.one])
        #expect(await lab.next() == Set(many).union([Self.one]))
        await lab.watcher.stop()
    }

    @Test func `A stopped watcher tells nothing, and stops twice`() async throws {
        let lab = try WatcherLab(.all, [])
        await lab.watcher.stop()
        await lab.watcher.stop()
        try lab.node.add([Self.one])
        #expect(await lab.next() == nil)
        #expect(lab.watcher.addresses == [])
    }
}

/// A watcher in a namespace of its own, and what it tells.
private final class WatcherLab: Sendable {
    let node: NodeNamespace
    let watcher: NodeAddressWatcher
    /// Whoever holds it keeps the watcher from telling anything.
    let gate = Gate()
    private let sets: AsyncStream<Set<IPAddress>>

    init(
        _ selection: NodePortAddressSelection, _ addresses: [IPAddress],
        nodeIPs: Set<IPAddress> = []
    ) throws {
        let node = try NodeNamespace(addresses)
        self.node = node
        let (sets, told) = AsyncStream<Set<IPAddress>>.makeStream()
        self.sets = sets
        let gate = gate
        watcher = try node.run {
            try NodeAddressWatcher(
                .init(selection, nodeIPs: nodeIPs), report: { Issue.record("\($0)") },
                onChange: { set in
                    gate.holding {}
                    told.yield(set)
                })
        }
    }

    final class Gate: Sendable {
        private let lock = Mutex(())
        func holding(_ body: () throws -> Void) rethrows { try lock.withLock { _ in try body() } }
    }

    /// The next set that is told; nil: none within a second and a half.
    func next() async -> Set<IPAddress>? {
        await withTaskGroup(of: Set<IPAddress>?.self) { group in
            group.addTask { [sets] in
                var iterator = sets.makeAsyncIterator()
                return await iterator.next()
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(1500))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
