import Addresses
import KubeAPI
import LoadBalancing
import Testing
import Wire

@Suite("The zone")
struct DNSZoneTests {
    @Test("names between others exist without records; names below none do not")
    func emptyNonTerminals() {
        var fixture = ClusterFixture()
        fixture.add("api", clusterIPs: ["10.96.0.10"], ports: [ServicePort(name: "http", port: 80)])
        fixture.snapshot.namespaces.insert("empty")
        let zone = fixture.zone()
        for name in ["_tcp.api.shop.svc", "shop.svc", "empty.svc", "svc", "pod", "dns", "ns.dns"] {
            #expect(zone.text("\(name).cluster.local", .a) == ["NODATA"], "\(name)")
        }
        for name in ["_udp.api.shop.svc", "a._http._tcp.api.shop.svc", "x.dns", "x.dns-version"] {
            #expect(zone.text("\(name).cluster.local", .a) == ["NXDOMAIN"], "\(name)")
        }
        #expect(zone.text("_http._tcp.api.shop.svc.cluster.local", .a) == ["NODATA"])
        #expect(zone.text("mycluster.local", .a) == ["none"])
    }

    @Test("dns-version says which specification is followed")
    func version() {
        #expect(ClusterFixture().zone().text("dns-version.cluster.local", .txt) == ["\"1.1.0\""])
    }

    @Test("the name servers are ns.dns, or the Services that lead to this server")
    func nameServers() {
        var fixture = ClusterFixture()
        let own = IPAddress("10.0.0.53")!
        var zone = fixture.zone { $0.serverAddresses = [own] }
        #expect(zone.text("cluster.local", .ns) == ["ns.dns.cluster.local."])
        #expect(zone.text("ns.dns.cluster.local", .a) == ["10.0.0.53"])
        fixture.add(
            "kube-dns", "kube-system", clusterIPs: ["10.96.0.10"],
            ports: [ServicePort(name: "dns", protocol: "UDP", port: 53)])
        // The API listens at the same address.
        fixture.add(
            "kubernetes", "default", clusterIPs: ["10.96.0.1"],
            ports: [ServicePort(name: "https", port: 443)])
        fixture.add(
            slice: "k", of: "kubernetes", in: "default", [ClusterFixture.endpoint("10.0.0.53")])
        fixture.add(
            slice: "d", of: "kube-dns", in: "kube-system", [ClusterFixture.endpoint("10.0.0.53")])
        zone.update(from: fixture.snapshot, changed: fixture.all)
        #expect(zone.text("cluster.local", .ns) == ["kube-dns.kube-system.svc.cluster.local."])
        #expect(zone.serviceAddressesOfServer == [IPAddress("10.96.0.10")!])
    }

    @Test("SRV weights follow the Pods' weights, and make about 100 together")
    func weights() {
        var fixture = ClusterFixture()
        fixture.add("db", ports: [ServicePort(name: "pg", port: 5432)])
        let pods = ["a", "b", "c"]
        fixture.add(
            slice: "s", of: "db",
            pods.enumerated().map {
                ClusterFixture.endpoint(
                    "10.244.0.\($0.offset + 1)", hostname: $0.element, pod: $0.element)
            }, ports: [EndpointPort(name: "pg", port: 5432)])
        #expect(
            fixture.zone().text("_pg._tcp.db.shop.svc.cluster.local", .srv)
                == pods.map { "0 33 5432 \($0).db.shop.svc.cluster.local." })
        fixture.snapshot.podWeights = [
            ObjectName(namespace: "shop", name: "a"): 3,
            ObjectName(namespace: "shop", name: "b"): 0,
        ]
        #expect(
            fixture.zone().text("_pg._tcp.db.shop.svc.cluster.local", .srv) == [
                "0 0 5432 b.db.shop.svc.cluster.local.", "0 25 5432 c.db.shop.svc.cluster.local.",
                "0 75 5432 a.db.shop.svc.cluster.local.",
            ])
    }

    @Test("addresses lead back to names: in our own zones, or wherever they are known")
    func reverse() {
        var fixture = ClusterFixture()
        fixture.snapshot.node.serviceCIDRs = [IPPrefix("10.96.0.0/12")!]
        fixture.add("api", clusterIPs: ["10.96.0.10"])
        fixture.add("db", ports: [])
        fixture.add(slice: "s", of: "db", [ClusterFixture.endpoint("192.168.1.20", hostname: "vm")])
        let zone = fixture.zone()
        #expect(zone.text("10.0.96.10.in-addr.arpa", .ptr) == ["api.shop.svc.cluster.local."])
        #expect(zone.text("20.1.168.192.in-addr.arpa", .ptr) == ["vm.db.shop.svc.cluster.local."])
        #expect(zone.text("20.1.168.192.in-addr.arpa", .a) == ["none"])
        #expect(zone.text("21.1.168.192.in-addr.arpa", .ptr) == ["none"])
        #expect(zone.text("11.0.96.10.in-addr.arpa", .ptr) == ["NXDOMAIN"])
        #expect(zone.text("0.111.10.in-addr.arpa", .ptr) == ["NODATA"])
        #expect(zone.text("1.0.112.10.in-addr.arpa", .ptr) == ["none"])
        #expect(zone.text("96.10.in-addr.arpa", .ns) == ["ns.dns.cluster.local."])
        #expect(zone.text("a.0.96.10.in-addr.arpa", .ptr) == ["NXDOMAIN"])
    }

    @Test(
        "zones that cover a prefix",
        arguments: [
            ("10.96.0.0/14", ["96.10", "97.10", "98.10", "99.10"]), ("10.244.3.0/24", ["3.244.10"]),
            ("10.0.0.0/8", ["10"]), ("127.0.0.1/32", ["1.0.0.127"]),
            (
                "fd00::/13",
                [
                    "0.0.d.f", "1.0.d.f", "2.0.d.f", "3.0.d.f", "4.0.d.f", "5.0.d.f",
                    "6.0.d.f", "7.0.d.f",
                ]
            ),
        ])
    func covering(_ prefix: String, _ zones: [String]) {
        let apex = prefix.contains(":") ? "ip6.arpa." : "in-addr.arpa."
        #expect(
            ReverseName.zones(covering: IPPrefix(prefix)!).map(\.description)
                == zones.map { "\($0).\(apex)" })
    }

    @Test("Pod names by mode")
    func pods() {
        var fixture = ClusterFixture()
        fixture.snapshot.namespaces = ["shop"]
        var pod = Pod(metadata: ObjectMeta(name: "p", namespace: "shop"))
        pod.podIPs = ["10.244.0.7"]
        let (known, other) = ("10-244-0-7.shop.pod.cluster.local", "1-2-3-4.shop.pod.cluster.local")
        var verified = fixture.zone { $0.podRecords = .verified }
        verified.pods.upsert(pod)
        #expect(verified.text(known, .a) == ["10.244.0.7"])
        #expect(verified.text(other, .a) == ["NXDOMAIN"])
        verified.pods.upsert(pod)
        pod.phase = "Succeeded"
        verified.pods.upsert(pod)
        #expect(verified.text(known, .a) == ["NXDOMAIN"])
        #expect(fixture.zone { $0.podRecords = .disabled }.text(known, .a) == ["NXDOMAIN"])
        let insecure = fixture.zone()
        #expect(insecure.text(other, .a) == ["1.2.3.4"])
        #expect(insecure.text(other, .aaaa) == ["NODATA"])
        #expect(insecure.text("0--1.shop.pod.cluster.local", .aaaa) == ["::1"])
        #expect(insecure.text("1-2-3-4.none.pod.cluster.local", .a) == ["NXDOMAIN"])
    }

    @Test(
        "changes one by one lead to what the whole snapshot leads to",
        arguments: 0..<8 as Range<UInt64>)
    func incremental(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var fixture = ClusterFixture()
        let own = IPAddress("10.244.0.3")!
        var zone = fixture.zone { $0.serverAddresses = [own] }
        for step in 0..<200 {
            let name = "s\(Int.random(in: 0..<6, using: &generator))"
            let key = ObjectName(namespace: "shop", name: name)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: fixture.snapshot.services[key] = nil
            case 1: fixture.add(name, externalName: "x\(step).example.org")
            case 2: fixture.add(name, clusterIPs: ["10.96.0.\(step % 7)"])
            case 3: fixture.add(name, ports: [ServicePort(name: "p", port: 80)])
            default:
                let endpoints = (0..<Int.random(in: 0..<4, using: &generator)).map {
                    ClusterFixture.endpoint(
                        "10.244.0.\(Int.random(in: 1..<6, using: &generator))",
                        hostname: $0 == 0 ? "h" : nil)
                }
                fixture.add(
                    slice: "\(name)-1", of: name, endpoints,
                    ports: [EndpointPort(name: "p", port: 80)])
            }
            zone.update(from: fixture.snapshot, changed: [key])
        }
        let whole = fixture.zone { $0.serverAddresses = [own] }
        #expect(zone.serial == 201)
        var names = ["cluster.local"]
        for index in 0..<6 {
            names += ["", "h.", "10-244-0-2.", "_tcp.", "_p._tcp."].map {
                "\($0)s\(index).shop.svc.cluster.local"
            }
        }
        names += (0..<7).flatMap { ["\($0).0.96.10.in-addr.arpa", "\($0).0.244.10.in-addr.arpa"] }
        for name in names {
            for type in [DNS.RecordType.a, .srv, .ptr, .ns] {
                #expect(zone.text(name, type) == whole.text(name, type), "\(name) \(type)")
            }
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
