import Addresses
import ArgumentParser
import Controllers
import KubeAPI
import LoadBalancing
import Testing
import Wire

@testable import pointsman

@Suite("Options of the commands")
struct OptionsTests {
    @Test(
        "words are cut as a shell cuts them, and nothing is expanded",
        arguments: [
            ("a b  c", ["a", "b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]), ("a\\ b", ["a b"]),
            ("$(rm) `x` *", ["$(rm)", "`x`", "*"]), ("''", [""]), ("", []), ("a'b'c", ["abc"]),
            ("'a", nil), ("a\\", nil),
        ] as [(String, [String]?)])
    func words(_ line: String, _ expected: [String]?) {
        #expect(CommandLineWords.split(line) == expected)
    }

    @Test("ports carry a name and a protocol")
    func ports() throws {
        let options = try PodOptions.parse([
            "--port", "8080", "--port", "http=80", "--port", "dns=53/udp",
        ])
        #expect(
            try options.containerPorts() == [
                Pod.ContainerPort(containerPort: 8080),
                Pod.ContainerPort(name: "http", containerPort: 80),
                Pod.ContainerPort(name: "dns", containerPort: 53, protocol: "UDP"),
            ])
    }

    @Test(
        "bad values are refused",
        arguments: [
            ["--port", "0"], ["--port", "80/icmp"], ["--port", "a=b"], ["-l", "app"],
            ["--ready", "tcp:"], ["--ready", "8080"], ["--ready", "http:8080"],
            ["--ready", "exec:"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) {
            let options = try PodOptions.parse(arguments)
            _ = try options.containerPorts()
            _ = try options.labelMap()
            _ = try options.readinessProbe()
        }
    }

    @Test(
        "readiness probes",
        arguments: [
            ("tcp:8080", Probe.Check.tcpSocket(host: nil, port: .integer(8080))),
            ("tcp:http", .tcpSocket(host: nil, port: .string("http"))),
            (
                "http::8080/healthz",
                .httpGet(
                    scheme: "HTTP", host: nil, port: .integer(8080), path: "/healthz", headers: [])
            ),
            (
                "http:10.0.0.1:80",
                .httpGet(
                    scheme: "HTTP", host: "10.0.0.1", port: .integer(80), path: "/", headers: [])
            ),
            ("exec:test -e '/tmp/a b'", .exec(command: ["test", "-e", "/tmp/a b"])),
        ])
    func probes(_ text: String, _ check: Probe.Check) throws {
        let options = try PodOptions.parse(["--ready", text])
        #expect(try options.readinessProbe()?.check == check)
    }

    @Test(
        "mistakes in the options of up name the option",
        arguments: [
            (["--listen", "localhost"], "--listen localhost"),
            (["--node-port-range", "32767-30000"], "--node-port-range"),
            (["--data-plane", "ipvs"], "'auto', 'userspace' or 'nftables'"),
            (["--detect-local-mode", "BridgeInterface"], "needs --pod-bridge-interface"),
            (["--cluster-domain", "Cluster..local"], "--cluster-domain"),
            (["--dns-listen", "10.0.0.1"], "--dns-listen"),
            (["--dns-upstream", "resolver"], "--dns-upstream resolver"),
            (["--dns-ttl", "3601"], "0 to 3600"),
            (["--dns-pods", "all"], "disabled, insecure or verified"),
            (["--dns-reverse-zones", "example.org"], "--dns-reverse-zones example.org"),
            (["--controllers", "*,-deployment"], "\"-deployment\" is not in the list"),
            (["--max-endpoints-per-slice", "1001"], "must be 1 to 1000"),
            (["--endpointslice-updates-batch-period", "fast"], "not a duration"),
            (["--endpoint-updates-batch-period", "1"], "--endpoint-updates-batch-period 1"),
        ])
    func upMistakes(_ arguments: [String], _ reason: String) throws {
        #expect {
            _ = try UpCommand.parse(arguments)
        } throws: { error in
            UpCommand.message(for: error).contains(reason)
        }
    }

    @Test("the options of DNS reach the zone")
    func dnsOptions() throws {
        let command = try UpCommand.parse([
            "--dns-ttl", "0", "--dns-pods", "verified", "--dns-namespaces", "shop, ops",
            "--dns-reverse-zones", "10.in-addr.arpa.,ip6.arpa", "--dns-endpoint-pod-names",
            "--dns-no-endpoints", "--dns-ignore-empty-service", "--dns-upstream",
            "192.0.2.53,[2001:db8::53]:5353", "--cluster-dns", "10.96.0.53",
        ])
        let options = try command.configuration()
        let zone = options.dns.zone
        #expect(zone.domain.description == "cluster.local.")
        #expect(zone.ttl == 0)
        #expect(zone.podRecords == .verified)
        #expect(zone.exposedNamespaces == ["shop", "ops"])
        #expect(zone.reverseZones.map(\.description) == ["10.in-addr.arpa.", "ip6.arpa."])
        #expect(zone.namesEndpointsByPod && zone.omitsEndpoints && zone.ignoresEmptyServices)
        let upstreams = options.dns.upstreams?.map(\.description)
        #expect(upstreams == ["192.0.2.53:53", "[2001:db8::53]:5353"])
        #expect(options.addresses.dnsClusterIPs == ["10.96.0.53"])
        #expect(try UpCommand.parse([]).configuration().dns.upstreams == nil)
        #expect(
            try UpCommand.parse(["--dns-upstream", "none"]).configuration().dns.upstreams == [])
    }

    @Test("the options of the controllers have kube-controller-manager's names")
    func controllerOptions() throws {
        let settings = try UpCommand.parse([
            "--controllers=-endpointslice,*", "--max-endpoints-per-slice", "50",
            "--mirroring-max-endpoints-per-subset", "10", "--endpointslice-updates-batch-period",
            "1m1s500ms", "--endpoint-updates-batch-period", "0.5s",
        ]).configuration().controllers
        #expect(!settings.choice.contains(.endpointSlices))
        #expect(settings.choice.contains(.endpoints))
        #expect(settings.maxEndpointsPerSlice == 50)
        #expect(settings.mirroringMaxEndpointsPerSubset == 10)
        #expect(settings.endpointSliceBatchPeriod == .milliseconds(61500))
        #expect(settings.endpointsBatchPeriod == .milliseconds(500))
        #expect(try UpCommand.parse([]).configuration().controllers == ControllerSettings())
    }
}

extension OptionsTests {
    @Test(
        "lifetimes are numbers with units",
        arguments: [
            ("24h", 86_400), ("7d", 604_800), ("1h30m", 5400), ("90s", 90), ("", nil), ("h", nil),
            ("5", nil), ("1h5", nil), ("0s", nil), ("-1h", nil), ("1w", nil), ("1.5h", nil),
            ("9223372036854775807d", nil), ("9223372036854775807s1s", nil),
            ("99999999999999999999s", nil),
        ] as [(String, Int64?)])
    func lifetimes(_ text: String, _ seconds: Int64?) {
        #expect(Lifetime(argument: text)?.seconds == seconds)
    }
}
