import Addresses
import DNSServer
import KubeAPI
import Linux
import LoadBalancing
import Logging
import Testing
import Wire

@Suite("The DNS server over the network", .enabled(if: Dig.isInstalled, "dig is not installed"))
struct DNSServerTests {
    private static let logger = Logger(label: "dns-test") { _ in SwiftLogNoOpLogHandler() }

    private static func cluster() -> ClusterFixture {
        var fixture = ClusterFixture()
        fixture.add(
            "api", clusterIPs: ["10.96.0.10", "fd00:96::10"],
            ports: [ServicePort(name: "http", port: 80)])
        fixture.add("ext", externalName: "web.shop.svc.other.test")
        fixture.addHeadless(100)
        return fixture
    }

    /// A second cluster whose DNS stands for the Internet's.
    private static func other() -> ClusterFixture {
        var fixture = ClusterFixture()
        fixture.add("web", clusterIPs: ["198.51.100.5"])
        fixture.addHeadless(200, name: "many")
        return fixture
    }

    private static func server(
        _ listen: [String], domain: String = "cluster.local", upstreams: [IPSocketAddress] = [],
        _ fixture: ClusterFixture?, ttl: UInt32 = 5, patience: Duration = .seconds(5)
    ) throws -> DNSServer {
        var zone = DNSZoneOptions(domain: DNS.Name(domain)!)
        zone.ttl = ttl
        var asked = Upstreams(upstreams)
        asked.timeout = patience
        let server = try DNSServer(
            configuration: DNSServerConfiguration(
                listenAddresses: listen.map { IPSocketAddress($0)! }, zone: zone, upstreams: asked),
            logger: logger)
        if let fixture {
            server.update(fixture.snapshot, changed: fixture.all)
            server.setSynced()
        }
        return server
    }

    /// Runs the servers while `body` asks them; their ends are waited for.
    private func running(_ servers: DNSServer..., body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { try await server.run() } }
            defer { group.cancelAll() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("dig gets the same over UDP and TCP", arguments: ["+notcp", "+tcp"])
    func dig(_ transport: String) async throws {
        let server = try Self.server(["127.53.1.1:0"], Self.cluster())
        let address = server.boundAddresses[0]
        try await running(server) {
            let zone = "svc.cluster.local"
            #expect(await Dig.short(address, "\(transport) api.shop.\(zone)") == ["10.96.0.10"])
            #expect(
                await Dig.short(address, "\(transport) api.shop.\(zone) AAAA") == [
                    "fd00:96::10"
                ])
            #expect(
                await Dig.short(address, "\(transport) _http._tcp.api.shop.\(zone) SRV")
                    == ["0 50 80 api.shop.svc.cluster.local."])
            #expect(
                await Dig.short(address, "\(transport) -x 10.96.0.10") == [
                    "api.shop.svc.cluster.local."
                ])
            #expect(
                await Dig.short(address, "\(transport) ns.dns.cluster.local") == ["127.53.1.1"])
            #expect(
                await Dig.run(address, "\(transport) ApI.shop.\(zone)")
                    .contains("ApI.shop.svc.cluster.local. 5\tIN\tA\t10.96.0.10"))
            #expect(
                await Dig.run(address, "\(transport) no.shop.\(zone)").contains(
                    "status: NXDOMAIN"))
            let nodata = await Dig.run(address, "\(transport) api.shop.\(zone) MX")
            #expect(nodata.contains("status: NOERROR") && nodata.contains("ANSWER: 0"))
            #expect(nodata.contains("SOA\tns.dns.cluster.local."))
            #expect(
                await Dig.run(address, "\(transport) www.example.org").contains(
                    "status: REFUSED"))
            #expect(
                await Dig.run(address, "\(transport) cluster.local AXFR").contains("failed"))
            #expect(
                await !Dig.run(address, "\(transport) api.shop.\(zone)").contains("malformed"))
        }
    }

    @Test("what is too long for UDP is cut with TC, and whole over TCP")
    func truncation() async throws {
        let server = try Self.server(["127.53.1.2:0"], Self.cluster())
        let address = server.boundAddresses[0]
        try await running(server) {
            let name = "db.shop.svc.cluster.local"
            let plain = await Dig.run(address, "+noedns +ignore \(name)")
            #expect(plain.contains(" tc ") && plain.contains("MSG SIZE  rcvd: 5"))
            let edns = await Dig.run(address, "+bufsize=4096 +ignore \(name)")
            #expect(edns.contains(" tc ") && edns.contains("EDNS: version: 0, flags:; udp: 1232"))
            #expect(await Dig.short(address, name).filter { !$0.hasPrefix(";") }.count == 100)
            #expect(
                await Dig.run(address, "+edns=1 +noednsnegotiation \(name)").contains("BADVERS")
            )
        }
    }

    @Test("other names are asked upstream, over TCP where UDP is too small, and ExternalNames too")
    func forwarding() async throws {
        let upstream = try Self.server(
            ["127.53.2.1:0"], domain: "other.test", Self.other(), ttl: 60)
        // Nobody listens on the first: the next is asked.
        let dead = IPSocketAddress(IPAddress("127.53.2.9")!, upstream.boundAddresses[0].port)
        let server = try Self.server(
            ["127.53.2.2:0"], upstreams: [dead, upstream.boundAddresses[0]], Self.cluster())
        let address = server.boundAddresses[0]
        try await running(server, upstream) {
            let first = await Dig.run(address, "web.shop.svc.other.test")
            #expect(first.contains("60\tIN\tA\t198.51.100.5"))
            #expect(first.contains("flags: qr rd ra;"))
            #expect(
                await Dig.short(address, "ext.shop.svc.cluster.local") == [
                    "198.51.100.5", "web.shop.svc.other.test.",
                ])
            #expect(
                await Dig.run(address, "no.shop.svc.other.test").contains("status: NXDOMAIN"))
            #expect(await Dig.short(address, "+tcp many.shop.svc.other.test").count == 200)
            #expect(await Dig.run(address, "+norec a.other.test").contains("status: REFUSED"))
        }
    }

    @Test("an upstream that is ourselves is not asked, and one that is silent is SERVFAIL")
    func loops() async throws {
        let free = try Listening()
        let server = try Self.server(
            ["127.53.3.1:\(free.port)"],
            upstreams: [IPSocketAddress(IPAddress("127.53.3.1")!, free.port)], Self.cluster())
        try await running(server) {
            let reply = await Dig.run(server.boundAddresses[0], "www.example.org")
            #expect(reply.contains("status: SERVFAIL"))
        }
        let silent = try UDPSocket(bound: IPSocketAddress("127.53.3.2:0")!)
        let waiting = try Self.server(
            ["127.53.3.3:0"], upstreams: [try silent.localAddress()], Self.cluster(),
            patience: .milliseconds(200))
        try await running(waiting) {
            let reply = await Dig.run(waiting.boundAddresses[0], "www.example.org")
            #expect(reply.contains("status: SERVFAIL"))
        }
    }

    @Test(
        "IPv6: answers over both transports, and an upstream by IPv6",
        .enabled(if: DNSServerTests.hasIPv6, "no IPv6 on the loopback interface"))
    func version6() async throws {
        let upstream = try Self.server(["[::1]:0"], domain: "other.test", Self.other(), ttl: 60)
        let server = try Self.server(
            ["[::1]:0", "[::]:0"], upstreams: upstream.boundAddresses, Self.cluster())
        try await running(server, upstream) {
            let wildcard = IPSocketAddress(
                IPAddress("::1")!, server.boundAddresses[1].port)
            for address in [server.boundAddresses[0], wildcard] {
                for transport in ["+notcp", "+tcp"] {
                    let name = "\(transport) api.shop.svc.cluster.local"
                    #expect(await Dig.short(address, name) == ["10.96.0.10"])
                    #expect(
                        await Dig.short(address, "\(transport) -x fd00:96::10") == [
                            "api.shop.svc.cluster.local."
                        ])
                }
                #expect(await Dig.short(address, "web.shop.svc.other.test") == ["198.51.100.5"])
                #expect(await Dig.short(address, "many.shop.svc.other.test").count == 200)
            }
            #expect(
                await Dig.short(server.boundAddresses[0], "ns.dns.cluster.local AAAA") == ["::1"])
        }
    }

    private static let hasIPv6 = (try? UDPSocket(bound: IPSocketAddress("[::1]:0")!)) != nil

    /// A port that was free a moment ago.
    private struct Listening {
        let port: Port

        init() throws(SystemError) {
            port = try UDPSocket(bound: IPSocketAddress("127.53.3.1:0")!).localAddress().port
        }
    }

    @Test("names of the cluster are SERVFAIL until it is known, and updates are seen at once")
    func syncing() async throws {
        let server = try Self.server(["127.53.4.1:0"], nil)
        let address = server.boundAddresses[0]
        try await running(server) {
            let name = "api.shop.svc.cluster.local"
            #expect(await Dig.run(address, name).contains("status: SERVFAIL"))
            var fixture = Self.cluster()
            server.update(fixture.snapshot, changed: fixture.all)
            server.setSynced()
            #expect(await Dig.short(address, name) == ["10.96.0.10"])
            fixture.add("api", clusterIPs: ["10.96.0.11"])
            server.update(
                fixture.snapshot, changed: [ObjectName(namespace: "shop", name: "api")])
            #expect(await Dig.short(address, name) == ["10.96.0.11"])
        }
    }

    @Test(
        "a reply leaves from the address that was asked, also on a wildcard; several listeners work"
    )
    func wildcard() async throws {
        let server = try Self.server(["0.0.0.0:0", "127.53.5.1:0"], Self.cluster())
        try await running(server) {
            let port = server.boundAddresses[0].port
            for address in ["127.53.5.7", "127.53.5.8"] {
                // dig refuses replies from another address.
                let asked = IPSocketAddress(IPAddress(address)!, port)
                #expect(await Dig.short(asked, "api.shop.svc.cluster.local") == ["10.96.0.10"])
            }
            let second = server.boundAddresses[1]
            #expect(await Dig.short(second, "api.shop.svc.cluster.local") == ["10.96.0.10"])
        }
    }

    @Test("an address that cannot be bound is named, with what to do about it")
    func cannotBind() async throws {
        let server = try Self.server(["127.53.6.1:0"], Self.cluster())
        let taken = server.boundAddresses[0].description
        let errors = [
            (taken, "EADDRINUSE", "stop it"), ("192.0.2.77:5353", "EADDRNOTAVAIL", "No interface"),
        ]
        for (address, errno, remedy) in errors {
            do {
                _ = try Self.server([address], nil)
                Issue.record("\(address) was bound")
            } catch {
                let text = "\(error)"
                #expect(text.contains(address) && text.contains(errno) && text.contains(remedy))
            }
        }
        // The end of run frees the address; a second run says so.
        try await running(server) {}
        await #expect(throws: DNSServerError.self) { try await server.run() }
        _ = try Self.server([taken], nil)
    }
}
