import Addresses
import Linux
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite("The fake kernel")
struct FakeKernelTests {
    private static func word(_ number: Int) -> NFTables.Register { NFTables.Register(word: number) }

    private static func key(_ number: UInt32) -> NFTables.Value {
        var value = NFTables.Value()
        value.append(number: number.bigEndian)
        return value
    }

    /// A table with a chain "c" that a base chain leads to, sets of each kind, and elements.
    private static var prepared: NFTables.Batch {
        var batch = NFTables.Batch(.ipv4, table: "t")
        batch.add(NFTables.Table(name: "t"))
        batch.add(NFTables.Chain("base", NFTables.Hook(.prerouting, priority: -100)))
        batch.add(NFTables.Chain("c"))
        batch.add(NFTables.Chain("goal"))
        batch.add(NFTables.Set("plain", key: NFTables.SetType(.ipv4Address), size: 3))
        batch.add(
            NFTables.Set(
                "map", key: NFTables.SetType(.ipv4Address), data: NFTables.SetType(.classID)))
        batch.add(
            NFTables.Set(
                "verdicts", key: NFTables.SetType(.ipv4Address), data: NFTables.SetType(.verdict)))
        batch.add(NFTables.Set("ranges", .interval, key: NFTables.SetType(.ipv4Address)))
        batch.add(
            NFTables.Set(
                "pairs", [.interval, .concatenation],
                key: NFTables.SetType(.ipv4Address, .ipv4Address)))
        for number in 1...2 { batch.add(NFTables.Element(key(UInt32(number))), to: "plain") }
        batch.add(NFTables.Element(key(1), data: .value(key(9))), to: "map")
        batch.add(NFTables.Element(key(1), data: .verdict(.goto("goal"))), to: "verdicts")
        for number in [10, 20] as [UInt32] {
            batch.add(NFTables.Element(key(number)), to: "ranges")
            batch.add(end(number + 5), to: "ranges")
        }
        batch.add(pair(10...20, 10...20), to: "pairs")
        batch.append(NFTables.Rule("base", [.verdict(.jump("c"))]))
        batch.append(
            NFTables.Rule(
                "c",
                [
                    .payload(.network, offset: 12, length: 4, word(0)),
                    .lookup(set: "plain", key: word(0), data: nil, isInverted: false),
                ]))
        batch.append(
            NFTables.Rule(
                "c",
                [
                    .payload(.network, offset: 12, length: 4, word(0)),
                    .verdictLookup(set: "verdicts", key: word(0)),
                ]))
        return batch
    }

    private static func end(_ number: UInt32) -> NFTables.Element {
        var element = NFTables.Element(key(number))
        element.isIntervalEnd = true
        return element
    }

    private static func pair(
        _ first: ClosedRange<UInt32>, _ second: ClosedRange<UInt32>
    ) -> NFTables.Element {
        func value(_ a: UInt32, _ b: UInt32) -> NFTables.Value {
            var value = NFTables.Value()
            value.append(number: a.bigEndian)
            value.append(number: b.bigEndian)
            return value
        }
        return NFTables.Element(
            value(first.lowerBound, second.lowerBound),
            lastKey: value(first.upperBound, second.upperBound))
    }

    struct Refusal: CustomStringConvertible, Sendable {
        let description: String
        /// nil: it is accepted.
        let errno: Errno?
        let change: @Sendable (inout NFTables.Batch) -> Void

        init(
            _ description: String, _ errno: Errno?,
            _ change: @escaping @Sendable (inout NFTables.Batch) -> Void
        ) {
            self.description = description
            self.errno = errno
            self.change = change
        }
    }

    static let elements: [Refusal] = [
        Refusal("an element that is there, once more", nil) {
            $0.add(NFTables.Element(key(1)), to: "plain")
        },
        Refusal("an element that is there with other data", .alreadyExists) {
            $0.add(NFTables.Element(key(1), data: .value(key(8))), to: "map")
        },
        Refusal("the same data", nil) {
            $0.add(NFTables.Element(key(1), data: .value(key(9))), to: "map")
        },
        Refusal("a removal of what is not there", .noSuchEntry) {
            $0.remove(NFTables.Element(key(7)), from: "plain")
        },
        Refusal("an element of no set", .noSuchEntry) {
            $0.add(NFTables.Element(key(7)), to: "none")
        },
        Refusal("other data after a removal", nil) {
            $0.remove(NFTables.Element(key(1)), from: "map")
            $0.add(NFTables.Element(key(1), data: .value(key(8))), to: "map")
        },
        Refusal("a key that is too long", .invalidArgument) {
            $0.add(NFTables.Element(NFTables.Value([1, 2, 3, 4, 5, 6, 7, 8])!), to: "plain")
        },
        Refusal("a key that is too short", .invalidArgument) {
            $0.add(NFTables.Element(NFTables.Value([1, 2])!), to: "plain")
        },
        Refusal("data in a set", .invalidArgument) {
            $0.add(NFTables.Element(key(7), data: .value(key(7))), to: "plain")
        },
        Refusal("no data in a map", .invalidArgument) {
            $0.add(NFTables.Element(key(7)), to: "map")
        },
        Refusal("data of another length", .invalidArgument) {
            $0.add(NFTables.Element(key(7), data: .value(NFTables.Value([1])!)), to: "map")
        },
        Refusal("a verdict that leads nowhere", .noSuchEntry) {
            $0.add(NFTables.Element(key(7), data: .verdict(.goto("none"))), to: "verdicts")
        },
        Refusal("one element too many", .tooManyDescriptorsInSystem) {
            for number in 5...6 { $0.add(NFTables.Element(key(UInt32(number))), to: "plain") }
        },
        Refusal("as many as there is room for", nil) {
            $0.add(NFTables.Element(key(5)), to: "plain")
        },
        Refusal("a timeout in a set without", .invalidArgument) {
            var element = NFTables.Element(key(7))
            element.timeout = 1000
            $0.add(element, to: "plain")
        },
    ]

    static let intervals: [Refusal] = [
        Refusal("an interval between two", nil) {
            $0.add(NFTables.Element(key(15)), to: "ranges")
            $0.add(end(20), to: "ranges")
        },
        Refusal("an interval that begins in another one", .alreadyExists) {
            $0.add(NFTables.Element(key(12)), to: "ranges")
            $0.add(end(17), to: "ranges")
        },
        Refusal("an interval that ends in another one", .alreadyExists) {
            $0.add(NFTables.Element(key(17)), to: "ranges")
            $0.add(end(22), to: "ranges")
        },
        Refusal("the same interval", nil) {
            $0.add(NFTables.Element(key(10)), to: "ranges")
            $0.add(end(15), to: "ranges")
        },
        Refusal("a removal of half an interval's end that is not there", .noSuchEntry) {
            $0.remove(end(16), from: "ranges")
        },
        Refusal("all others after a flush", nil) {
            $0.flush(set: "ranges")
            $0.add(NFTables.Element(key(12)), to: "ranges")
            $0.add(end(22), to: "ranges")
        },
        Refusal("a pair of ranges beside another one", nil) {
            $0.add(pair(10...20, 21...30), to: "pairs")
        },
        Refusal("the same pair of ranges", nil) { $0.add(pair(10...20, 10...20), to: "pairs") },
        Refusal("a pair of ranges that overlaps", .alreadyExists) {
            $0.add(pair(15...25, 20...30), to: "pairs")
        },
        Refusal("a pair with a range that ends before it begins", .invalidArgument) {
            var element = pair(1...2, 1...2)
            (element.key, element.lastKey) = (element.lastKey!, element.key)
            $0.add(element, to: "pairs")
        },
        Refusal("a pair of single addresses", nil) {
            $0.add(NFTables.Element(pair(1...2, 1...2).key), to: "pairs")
        },
        Refusal("a removal of a pair of other ranges: the first key counts", nil) {
            $0.remove(pair(10...20, 10...21), from: "pairs")
        },
        Refusal("a removal by a key within a pair of ranges", nil) {
            $0.remove(pair(11...20, 12...20), from: "pairs")
        },
        Refusal("a removal by a key outside", .noSuchEntry) {
            $0.remove(pair(11...20, 9...20), from: "pairs")
        },
        Refusal("a range around another one, which is not noticed", nil) {
            $0.add(pair(5...30, 5...30), to: "pairs")
        },
    ]

    static let structures: [Refusal] = [
        Refusal("a deleted chain that a rule leads to", .busy) { $0.delete(chain: "c") },
        Refusal("a deleted chain that an element leads to", .busy) { $0.delete(chain: "goal") },
        Refusal("a deleted chain after its element", nil) {
            $0.remove(NFTables.Element(key(1)), from: "verdicts")
            $0.delete(chain: "goal")
        },
        Refusal("a deleted chain after the rule that led to it", nil) {
            $0.flush(chain: "base")
            $0.delete(chain: "c")
        },
        Refusal("a deleted set that a rule names", .busy) { $0.delete(set: "plain") },
        Refusal("a deleted set that none does", nil) { $0.delete(set: "map") },
        Refusal("a set that is not there", .noSuchEntry) { $0.delete(set: "none") },
        Refusal("a chain that is not there", .noSuchEntry) { $0.delete(chain: "none") },
        Refusal("a flushed chain that is not there", .noSuchEntry) { $0.flush(chain: "none") },
        Refusal("a chain as it is", nil) { $0.add(NFTables.Chain("c")) },
        Refusal("a base chain at another hook", .notSupported) {
            $0.add(NFTables.Chain("base", NFTables.Hook(.output, priority: -100)))
        },
        Refusal("a set as it is", nil) {
            $0.add(NFTables.Set("plain", key: NFTables.SetType(.ipv4Address), size: 3))
        },
        Refusal("a set of another type", .alreadyExists) {
            $0.add(NFTables.Set("plain", key: NFTables.SetType(.ipv6Address), size: 3))
        },
        Refusal("a jump to no chain", .noSuchEntry) {
            $0.append(NFTables.Rule("c", [.verdict(.jump("none"))]))
        },
        Refusal("a jump to a base chain", .notSupported) {
            $0.append(NFTables.Rule("c", [.verdict(.jump("base"))]))
        },
        Refusal("a circle", .tooManyLinks) {
            $0.append(NFTables.Rule("goal", [.verdict(.jump("c"))]))
        },
        Refusal("a look-up in no set", .noSuchEntry) {
            $0.append(
                NFTables.Rule(
                    "c",
                    [
                        .meta(.priority, word(0)),
                        .lookup(set: "none", key: word(0), data: nil, isInverted: false),
                    ]))
        },
        Refusal("a register that was not written", .noData) {
            $0.append(
                NFTables.Rule(
                    "c",
                    [
                        .meta(.priority, word(1)),
                        .lookup(set: "plain", key: word(0), data: nil, isInverted: false),
                    ]))
        },
        Refusal("masquerading before routing", .notSupported) {
            $0.append(NFTables.Rule("c", [.masquerade(flags: 0)]))
        },
        Refusal("masquerading where nothing comes", nil) {
            $0.add(NFTables.Chain("free"))
            $0.append(NFTables.Rule("free", [.masquerade(flags: 0)]))
        },
    ]

    static var all: [Refusal] { elements + intervals + structures }

    @Test("refuses what the kernel refuses, and then nothing has changed", arguments: all)
    func refusals(_ refusal: Refusal) throws {
        var link = FakeLink()
        try link.commit(Self.prepared)
        let before = link.kernel
        let met = Self.answer(refusal, &link)
        #expect(met == refusal.errno)
        #expect((link.kernel.generation == before.generation) == (met != nil))
        guard met != nil else { return }
        for subject in [NFTables.Subject.chain, .rule, .set] {
            let request = NFTables.ListRequest(subject, .ipv4)
            #expect(link.kernel.list(request) == before.list(request))
        }
        for set in ["plain", "map", "verdicts", "ranges", "pairs"] {
            let request = NFTables.ListRequest(.element, .ipv4, table: "t", set: set)
            #expect(link.kernel.list(request) == before.list(request))
        }
    }

    @Test(
        "agrees with the kernel about each of them",
        .enabled(if: KernelLab.missing == nil, "needs \(KernelLab.missing ?? "")"),
        arguments: all)
    func sameInTheKernel(_ refusal: Refusal) throws {
        let lab = try KernelLab()
        let met: Errno? = try lab.namespace.runBlocking {
            var socket = try NFTablesSocket()
            try socket.commit(Self.prepared)
            return Self.answer(refusal, &socket)
        }
        #expect(met == refusal.errno)
    }

    private static func answer(
        _ refusal: Refusal, _ kernel: inout some NFTablesKernel & ~Copyable
    ) -> Errno? {
        var batch = NFTables.Batch(.ipv4, table: "t")
        refusal.change(&batch)
        do throws(NetlinkError) {
            try kernel.commit(batch)
            return nil
        } catch {
            return error.errno
        }
    }

    @Test("hashes as the kernel does: the examples of lookup3.c")
    func hashes() {
        let text = "Four score and seven years ago".utf8
        #expect(JenkinsHash.hash([], seed: 0) == 0xDEAD_BEEF)
        #expect(JenkinsHash.hash([], seed: 0xDEAD_BEEF) == 0xBD5B_7DDE)
        #expect(JenkinsHash.hash(text, seed: 0) == 0x1777_0551)
        #expect(JenkinsHash.hash(text, seed: 1) == 0xCD62_8161)
    }

    @Test("a faulty kernel refuses the batch that it is told to")
    func faults() throws {
        var link = FakeLink()
        try link.commit(Self.prepared)
        link.kernel.failBatch(after: 1, errno: 12)
        var batch = NFTables.Batch(.ipv4, table: "t")
        batch.add(NFTables.Element(Self.key(3)), to: "plain")
        try link.commit(batch)
        #expect(throws: NetlinkError.self) { try link.commit(batch) }
        try link.commit(batch)
    }
}

extension Errno {
    fileprivate static let busy = Errno(rawValue: 16)
    fileprivate static let tooManyLinks = Errno(rawValue: 31)
    fileprivate static let noData = Errno(rawValue: 61)
}
