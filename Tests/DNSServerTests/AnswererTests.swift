import Addresses
import DNSServer
import KubeAPI
import LoadBalancing
import Testing
import Wire

@Suite("The Answerer")
struct AnswererTests {
    static let answerer = Answerer(options: .init(hasUpstreams: true))

    static var zone: DNSZone {
        var fixture = ClusterFixture()
        fixture.add("api", clusterIPs: ["10.96.0.10"], ports: [ServicePort(name: "h", port: 80)])
        fixture.addHeadless(3)
        fixture.add("out", externalName: "www.example.org")
        fixture.add("in", externalName: "api.shop.svc.cluster.local")
        fixture.add("ping", externalName: "pong.shop.svc.cluster.local")
        fixture.add("pong", externalName: "ping.shop.svc.cluster.local")
        return fixture.zone()
    }

    static func query(_ name: String, _ type: DNS.RecordType = .a) -> DNS.Message {
        DNS.Message(id: 77, asking: DNS.Question(DNS.Name(name)!, type))
    }

    private func reply(
        _ query: DNS.Message, by answerer: Answerer = answerer, isSynced: Bool = true
    ) throws -> DNS.Message {
        let outcome = answerer.answer(query.encoded(), zone: Self.zone, isSynced: isSynced)
        guard case .reply(let message, _) = outcome else { throw NoReply() }
        return message
    }

    private struct NoReply: Error {}

    @Test("a reply carries the id, the question, RD and RA")
    func header() throws {
        let reply = try reply(Self.query("API.shop.svc.cluster.local"))
        #expect(reply.id == 77 && reply.isResponse && reply.isAuthoritative)
        #expect(reply.recursionDesired && reply.recursionAvailable && reply.edns == nil)
        #expect(reply.questions[0].name.description == "API.shop.svc.cluster.local.")
        #expect(
            reply.answers.map(\.description) == ["API.shop.svc.cluster.local. 5 IN A 10.96.0.10"])
    }

    @Test("what is no question of class IN is refused by its kind")
    func refusals() throws {
        var query = Self.query("api.shop.svc.cluster.local")
        query.opcode = .update
        #expect(try reply(query).responseCode == .notImplemented)
        query = Self.query("version.bind", .txt)
        query.questions[0].class = .chaos
        #expect(try reply(query).responseCode == .refused)
        query.questions = []
        #expect(try reply(query).responseCode == .formatError)
        query = Self.query("a.cluster.local")
        query.questions.append(query.questions[0])
        #expect(try reply(query).responseCode == .formatError)
        #expect(try reply(Self.query("cluster.local", .axfr)).responseCode == .refused)
    }

    @Test("bytes that begin like a query and are none are FORMERR; others are not answered")
    func formatErrors() throws {
        let bytes = Self.query("a.cluster.local").encoded()
        let zone = Self.zone
        func outcome(_ bytes: [UInt8]) -> Answerer.Outcome {
            Self.answerer.answer(bytes, zone: zone, isSynced: true)
        }
        guard case .reply(let error, 512) = outcome(Array(bytes.dropLast())) else {
            Issue.record("no reply")
            return
        }
        #expect(error.responseCode == .formatError && error.id == 77 && error.questions.isEmpty)
        guard case .ignore = outcome(Array(bytes.prefix(11))) else {
            Issue.record("a short datagram is answered")
            return
        }
        var response = Self.query("a.cluster.local")
        response.isResponse = true
        guard case .ignore = outcome(response.encoded()) else {
            Issue.record("a response is answered: two servers could go on for ever")
            return
        }
    }

    @Test("EDNS is echoed with our own payload; an unknown version is BADVERS")
    func edns() throws {
        var query = Self.query("api.shop.svc.cluster.local")
        query.edns = DNS.EDNS(payload: 4096, wantsDNSSEC: true, options: [0, 10, 0, 1, 7])
        #expect(try reply(query).edns == DNS.EDNS(payload: 1232, wantsDNSSEC: true))
        query.edns?.version = 1
        let bad = try reply(query)
        #expect(bad.responseCode == .badVersion && bad.edns?.version == 0)
        #expect(bad.answers.isEmpty)
    }

    @Test(
        "a UDP answer is as long as the client and we allow",
        arguments: [(nil, 512), (0, 512), (512, 512), (1000, 1000), (4096, 1232)]
            as [(UInt16?, Int)])
    func limit(_ payload: UInt16?, _ expected: Int) {
        var query = Self.query("api.shop.svc.cluster.local")
        query.edns = payload.map { DNS.EDNS(payload: $0) }
        #expect(Self.answerer.datagramLimit(for: query) == expected)
    }

    @Test("ANY is answered by RFC 8482's HINFO where the name exists")
    func any() throws {
        let reply = try reply(Self.query("api.shop.svc.cluster.local", .any))
        #expect(reply.answers.map(\.type) == [.hinfo])
        let missing = try self.reply(Self.query("no.shop.svc.cluster.local", .any))
        #expect(missing.responseCode == .nxdomain)
    }

    @Test("names of the cluster are SERVFAIL until the zone is synced")
    func notSynced() throws {
        for name in ["api.shop.svc.cluster.local", "10.0.96.10.in-addr.arpa"] {
            let reply = try reply(Self.query(name), isSynced: false)
            #expect(reply.responseCode == .serverFailure)
        }
        let outcome = Self.answerer.answer(
            Self.query("example.org"), zone: Self.zone, isSynced: false)
        guard case .ask = outcome else {
            Issue.record("other names have to be asked for all the same")
            return
        }
    }

    @Test("names of other zones are REFUSED without upstream or without RD")
    func refused() throws {
        let alone = Answerer(options: .init(hasUpstreams: false))
        let reply = try reply(Self.query("example.org"), by: alone)
        #expect(reply.responseCode == .refused && !reply.recursionAvailable)
        var query = Self.query("example.org")
        query.recursionDesired = false
        #expect(try self.reply(query).responseCode == .refused)
    }

    @Test("an ExternalName is a CNAME: followed inside, asked for outside, alone without upstream")
    func aliases() throws {
        let inside = try reply(Self.query("in.shop.svc.cluster.local"))
        #expect(inside.answers.map(\.type) == [.cname, .a])
        let alone = Answerer(options: .init(hasUpstreams: false))
        let bare = try reply(Self.query("out.shop.svc.cluster.local"), by: alone)
        #expect(bare.responseCode == .noError)
        #expect(bare.answers.map(\.data.description) == ["www.example.org."])
        let outcome = Self.answerer.answer(
            Self.query("out.shop.svc.cluster.local", .aaaa), zone: Self.zone, isSynced: true)
        guard case .ask(let pending) = outcome else {
            Issue.record("not asked")
            return
        }
        #expect(pending.question.description == "www.example.org. IN AAAA")
        let failed = Self.answerer.finish(pending, with: nil)
        #expect(failed.responseCode == .serverFailure && failed.answers.map(\.type) == [.cname])
        var upstream = DNS.Message(id: 1, asking: pending.question)
        upstream.responseCode = .nxdomain
        let missing = Self.answerer.finish(pending, with: upstream)
        #expect(missing.responseCode == .nxdomain && missing.questions == pending.query.questions)
        #expect(missing.id == 77)
    }

    @Test("aliases that lead in circles end in SERVFAIL")
    func loop() throws {
        let reply = try reply(Self.query("ping.shop.svc.cluster.local"))
        #expect(reply.responseCode == .serverFailure)
    }

    @Test("addresses of a headless Service take turns in front")
    func rotation() throws {
        var first: Set<String> = []
        for rotation in -1..<5 {
            let outcome = Self.answerer.answer(
                Self.query("db.shop.svc.cluster.local"), zone: Self.zone, isSynced: true,
                rotation: rotation)
            guard case .reply(let reply, _) = outcome else { continue }
            #expect(Set(reply.answers).count == 3)
            first.insert(reply.answers[0].data.description)
        }
        #expect(first.count == 3)
    }
}
