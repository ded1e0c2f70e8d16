import ArgumentParser
import KubeAPI
import Testing

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
            (["--data-plane", "ipvs"], "auto, userspace or nftables"),
            (["--data-plane", "nftables"], "only the userspace data plane"),
            (["--cluster-domain", "Cluster..local"], "--cluster-domain"),
            (["--dns-listen", "10.0.0.1"], "--dns-listen"),
        ])
    func upMistakes(_ arguments: [String], _ reason: String) throws {
        #expect {
            _ = try UpCommand.parse(arguments)
        } throws: { error in
            UpCommand.message(for: error).contains(reason)
        }
    }
}
