import Addresses
import Testing
import Wire

@testable import DNSServer

@Suite("Asking upstreams")
struct ForwarderTests {
    private static let first = IPSocketAddress("192.0.2.1:53")!
    private static let second = IPSocketAddress("192.0.2.2:53")!
    private static let second1: UInt64 = 1_000_000_000

    private static func key(_ name: String = "www.example.org") -> UpstreamQuestion {
        let query = DNS.Message(id: 1, asking: DNS.Question(DNS.Name(name)!, .a))
        guard
            case .ask(let pending) = Answerer(options: .init(hasUpstreams: true)).answer(
                query, zone: ClusterFixture().zone(), isSynced: true)
        else { preconditionFailure("a name of another zone is asked for") }
        return UpstreamQuestion(pending)
    }

    private static func forwarder() -> Forwarder<Int> { Forwarder(Upstreams([first, second])) }

    private static func answer(
        _ name: String = "www.example.org", id: UInt16,
        _ change: (inout DNS.Message) -> Void = { _ in }
    ) -> [UInt8] {
        var message = DNS.Message(id: id, asking: DNS.Question(DNS.Name(name)!, .a))
        message.isResponse = true
        message.answers = [
            DNS.Record(DNS.Name(name)!, ttl: 60, .address(IPAddress("198.51.100.5")!))
        ]
        change(&message)
        return message.encoded()
    }

    private static func soa(_ minimum: UInt32) -> DNS.Record {
        let name = DNS.Name("example.org")!
        return DNS.Record(
            name, ttl: 900,
            .soa(
                .init(
                    primary: name, mailbox: name, serial: 1, refresh: 1, retry: 1, expire: 1,
                    minimum: minimum)))
    }

    /// What an action asks, as text, or who is finished with what.
    private static func text(_ action: Forwarder<Int>.Action) -> String {
        switch action {
        case .wait: "wait"
        case .ask(let attempt): "\(attempt.transport) \(attempt.upstream) \(attempt.lookup)"
        case .finish(let waiters, let message):
            "\(waiters) \(message.map { "\($0.responseCode) \($0.answers.count)" } ?? "nothing")"
        }
    }

    @Test("a question goes out with our id, recursion and EDNS, and its answer ends it")
    func simple() throws {
        var forwarder = Self.forwarder()
        let action = forwarder.resolve(Self.key(), for: 7, excluding: [], now: 0, id: 4711)
        guard case .ask(let attempt) = action else {
            Issue.record("not asked")
            return
        }
        let query = try DNS.Message(parsing: attempt.query)
        #expect(query.id == 4711 && query.recursionDesired && query.edns?.payload == 1232)
        #expect(
            Self.text(forwarder.receive(Self.answer(id: 4711), for: 1, now: 0, id: 1))
                == "[7] NOERROR 1")
        #expect(
            Self.text(forwarder.receive(Self.answer(id: 4711), for: 1, now: 0, id: 1)) == "wait")
    }

    @Test("what does not answer the question is not believed")
    func forged() {
        var forwarder = Self.forwarder()
        _ = forwarder.resolve(Self.key(), for: 7, excluding: [], now: 0, id: 5)
        let forged = [
            Self.answer(id: 6), Self.answer("other.example.org", id: 5), [1, 2, 3],
            Self.answer(id: 5) { $0.isResponse = false }, Self.answer(id: 5) { $0.questions = [] },
        ]
        for bytes in forged {
            #expect(Self.text(forwarder.receive(bytes, for: 1, now: 0, id: 1)) == "wait")
        }
        #expect(
            Self.text(
                forwarder.receive(Self.answer("WWW.example.org", id: 5), for: 1, now: 0, id: 1))
                == "[7] NOERROR 1")
    }

    @Test("the next upstream is asked when one fails, each twice, then nobody has answered")
    func failover() {
        var forwarder = Self.forwarder()
        let texts = (0..<5).map { step in
            Self.text(
                step == 0
                    ? forwarder.resolve(Self.key(), for: 7, excluding: [], now: 0, id: 5)
                    : forwarder.fail(1, id: 5))
        }
        #expect(
            texts == [
                "udp 192.0.2.1:53 1", "udp 192.0.2.2:53 1", "udp 192.0.2.1:53 1",
                "udp 192.0.2.2:53 1", "[7] nothing",
            ])
    }

    @Test(
        "an upstream's error is passed on only if none does better, and who answered is asked first"
    )
    func errors() {
        var forwarder = Self.forwarder()
        _ = forwarder.resolve(Self.key(), for: 7, excluding: [], now: 0, id: 5)
        let refused = Self.answer(id: 5) {
            $0.responseCode = .refused
            $0.answers = []
        }
        #expect(
            Self.text(forwarder.receive(refused, for: 1, now: 0, id: 5)) == "udp 192.0.2.2:53 1")
        #expect(
            Self.text(forwarder.receive(Self.answer(id: 5), for: 1, now: 0, id: 5))
                == "[7] NOERROR 1")
        let next = forwarder.resolve(Self.key("b.org"), for: 8, excluding: [], now: 0, id: 5)
        #expect(Self.text(next) == "udp 192.0.2.2:53 2")
        for _ in 0..<3 { _ = forwarder.fail(2, id: 5) }
        let last = Self.answer("b.org", id: 5) {
            $0.responseCode = .refused
            $0.answers = []
        }
        #expect(Self.text(forwarder.receive(last, for: 2, now: 0, id: 5)) == "[8] REFUSED 0")
    }

    @Test("a truncated answer is asked for again over TCP, with a new id")
    func truncated() {
        var forwarder = Self.forwarder()
        _ = forwarder.resolve(Self.key(), for: 7, excluding: [], now: 0, id: 5)
        let cut = Self.answer(id: 5) { $0.isTruncated = true }
        #expect(Self.text(forwarder.receive(cut, for: 1, now: 0, id: 6)) == "tcp 192.0.2.1:53 1")
        #expect(Self.text(forwarder.receive(cut, for: 1, now: 0, id: 7)) == "wait")
        #expect(Self.text(forwarder.fail(1, id: 8)) == "udp 192.0.2.2:53 1")
    }

    @Test("who asks the same waits for the same, so that a loop is no storm")
    func coalescing() {
        var forwarder = Self.forwarder()
        _ = forwarder.resolve(Self.key(), for: 1, excluding: [], now: 0, id: 5)
        let again = forwarder.resolve(
            Self.key("WWW.EXAMPLE.org"), for: 2, excluding: [], now: 0, id: 6)
        #expect(Self.text(again) == "wait")
        #expect(
            Self.text(forwarder.receive(Self.answer(id: 5), for: 1, now: 0, id: 1))
                == "[1, 2] NOERROR 1")
    }

    @Test("upstreams that lead back to us are left out")
    func excluded() {
        var forwarder = Self.forwarder()
        let one = forwarder.resolve(Self.key(), for: 1, excluding: [Self.first], now: 0, id: 5)
        #expect(Self.text(one) == "udp 192.0.2.2:53 1")
        let none = forwarder.resolve(
            Self.key("b.org"), for: 2, excluding: [Self.first, Self.second], now: 0, id: 5)
        #expect(Self.text(none) == "[2] nothing")
    }

    @Test("an answer is kept for its TTL, and says what is left of it")
    func caching() {
        var forwarder = Self.forwarder()
        _ = forwarder.resolve(Self.key(), for: 1, excluding: [], now: 0, id: 5)
        _ = forwarder.receive(Self.answer(id: 5), for: 1, now: 0, id: 1)
        let hit = forwarder.resolve(
            Self.key(), for: 2, excluding: [], now: 59 * Self.second1, id: 5)
        guard case .finish([2], let message?) = hit else {
            Issue.record("not cached")
            return
        }
        #expect(message.answers[0].ttl == 1)
        let miss = forwarder.resolve(
            Self.key(), for: 3, excluding: [], now: 60 * Self.second1, id: 5)
        #expect(Self.text(miss) == "udp 192.0.2.1:53 2")
    }

    @Test(
        "a negative answer is kept as long as its SOA says, and not at all without one",
        arguments: [(30, 30), (4000, 300), (nil, 0), (0, 0)] as [(UInt32?, UInt64)])
    func negative(_ minimum: UInt32?, _ lifetime: UInt64) throws {
        var cache = AnswerCache()
        let bytes = Self.answer(id: 1) {
            $0.responseCode = .nxdomain
            $0.answers = []
            $0.authority = minimum.map { [Self.soa($0)] } ?? []
        }
        cache.store(try DNS.Message(parsing: bytes), for: Self.key(), now: 0)
        if lifetime > 0 {
            let before = lifetime * Self.second1 - 1
            #expect(cache.answer(to: Self.key(), now: before)?.responseCode == .nxdomain)
        }
        #expect(cache.answer(to: Self.key(), now: lifetime * Self.second1) == nil)
    }

    @Test("the cache is bounded, and what came first goes first")
    func bounded() throws {
        var cache = AnswerCache(capacity: 100)
        for index in 0..<10_000 {
            let name = "n\(index).example.org"
            let message = try DNS.Message(parsing: Self.answer(name, id: 1))
            cache.store(message, for: Self.key("n\(index).example.org"), now: 0)
            #expect(cache.cost <= 100)
            if index > 5000 { break }
        }
        #expect(cache.answer(to: Self.key("n5001.example.org"), now: 1) != nil)
        #expect(cache.answer(to: Self.key("n4900.example.org"), now: 1) == nil)
    }

    @Test("resolv.conf gives the resolvers and their options")
    func resolvConf() {
        let upstreams = Upstreams(
            parsing: """
                # a comment
                search example.org
                nameserver 192.0.2.1
                nameserver\t2001:db8::1
                nameserver fe80::1%eth0
                nameserver resolver.example.org
                options ndots:5 timeout:90 attempts:3 rotate
                """)
        #expect(upstreams.addresses.map(\.description) == ["192.0.2.1:53", "[2001:db8::1]:53"])
        #expect(upstreams.timeout == .seconds(30) && upstreams.attempts == 3)
        #expect(Upstreams(parsing: "").addresses.isEmpty)
    }
}
