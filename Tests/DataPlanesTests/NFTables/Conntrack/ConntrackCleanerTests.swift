import Addresses
import LoadBalancing
import Synchronization
import TestSupport
import Testing
import Watching
import Wire

@testable import DataPlanes

@Suite struct ConntrackCleanerTests {
    static let toA = ConntrackEntry.flow(to: "10.96.0.10:53", .a)
    static let toB = ConntrackEntry.flow(to: "192.0.2.2:30053", .b)
    static let untranslated = ConntrackEntry.flow(to: "198.51.100.7:53", nil)

    @Test func `The start looks at everything once, a change only at what changed`() async {
        let lab = CleanerLab([Self.toA, Self.toB, Self.untranslated])
        await lab.start()
        #expect(lab.flows.flows == [Self.toA, Self.toB])
        #expect(lab.flows.scans == [ConntrackFilter(.ipv4, .udp)])
        await lab.setBackends([.b])
        #expect(lab.flows.flows == [Self.toB])
        #expect(lab.flows.scans.count == 1 + UDPServiceScene.destinations.count)
        #expect(lab.cleaner.deleted == 2)
    }

    @Test func `The kernel is not asked where no UDP flow can be concerned`() async {
        let lab = CleanerLab([Self.toA])
        await lab.start()
        await lab.setBackends([.a, .b, .c])
        await lab.change { table in
            table.servicePorts[.web()] = ServicePortState(cluster: [.a])
            table.frontends[FrontendAddress("10.96.0.9:80")] = Frontend(.clusterIP, .web())
        }
        await lab.change { $0.servicePorts[.web()] = ServicePortState() }
        #expect(lab.flows.scans.count == 1)
        #expect(lab.flows.flows == [Self.toA])
    }

    @Test func `A frontend that came after the start is known when its backend goes`() async {
        let lab = CleanerLab([])
        await lab.start()
        await lab.change {
            $0.frontends[FrontendAddress("10.96.0.20:53", .udp)] = Frontend(
                .clusterIP, UDPServiceScene.dns)
        }
        lab.flows.add(.flow(to: "10.96.0.20:53", .a))
        await lab.setBackends([.b])
        #expect(lab.flows.flows == [])
    }

    @Test func `What failed is said once, and done as soon as it can be`() async {
        let lab = CleanerLab([Self.toA, Self.toB])
        await lab.start()
        lab.flows.fail(3)
        await lab.setBackends([.b])
        #expect(lab.cleaner.isBehind)
        #expect(lab.flows.flows == [Self.toA, Self.toB])
        for _ in 0..<3 {
            await lab.letTimePass(ConntrackCleaner.backoff.longest)
        }
        await lab.waitUntilDone()
        #expect(!lab.cleaner.isBehind)
        #expect(lab.flows.flows == [Self.toB])
        #expect(lab.reports.count == 1)
        #expect(lab.reports.first?.contains("ENOBUFS") == true)
    }

    @Test func `The next change brings what failed along, by the newest table`() async {
        let lab = CleanerLab([Self.toA, Self.toB])
        await lab.start()
        lab.flows.fail(1)
        await lab.setBackends([.b])
        #expect(lab.cleaner.isBehind)
        lab.flows.add(.flow(to: "10.96.0.10:53", .c))
        await lab.setBackends([.b, .c])
        #expect(!lab.cleaner.isBehind)
        #expect(lab.flows.flows == [Self.toB, .flow(to: "10.96.0.10:53", .c)])
    }

    @Test func `A start that failed is made up for`() async {
        let lab = CleanerLab([Self.untranslated, .flow(to: "10.96.9.9:9", .a), Self.toA])
        lab.flows.fail(1)
        await lab.start()
        #expect(lab.flows.flows.count == 3)
        await lab.letTimePass(ConntrackCleaner.backoff.first)
        await lab.waitUntilDone()
        #expect(lab.flows.flows == [Self.toA])
    }
}

/// A cleaner over connections in memory.
private final class CleanerLab {
    let flows: FakeFlows
    let time = ManualTime()
    let cleaner: ConntrackCleaner
    private var scene = UDPServiceScene()
    private let sentences = Sentences()

    private final class Sentences: Sendable {
        let all = Mutex<[String]>([])
    }

    init(_ entries: [ConntrackEntry]) {
        flows = FakeFlows(entries)
        let sentences = sentences
        cleaner = ConntrackCleaner(flows, time: time.source) { text in
            sentences.all.withLock { $0.append(text) }
        }
    }

    var reports: [String] { sentences.all.withLock { $0 } }

    func start() async { await cleaner.reconcile(scene.table, former: []) }

    func change(_ edit: (inout ServiceTable) -> Void) async {
        let old = scene.table
        edit(&scene.table)
        await cleaner.apply(scene.table, scene.table.changes(since: old))
    }

    func setBackends(_ backends: [Backend]) async {
        await change {
            $0.servicePorts[UDPServiceScene.dns] = ServicePortState(cluster: backends)
        }
    }

    /// Lets the time of the next attempt come, and waits until the kernel was asked.
    func letTimePass(_ duration: Duration) async {
        await time.waitForSleeper()
        let before = flows.scans.count
        time.advance(by: duration)
        while flows.scans.count == before { await Task.yield() }
    }

    func waitUntilDone() async {
        while cleaner.isBehind { await Task.yield() }
    }
}
