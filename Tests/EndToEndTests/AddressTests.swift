import Foundation
import Testing

/// Every kind of address, of both families, from the host and from inside a Pod.
@Suite(
    "Every address of a dual-stack Service answers", .enabled(if: Tools.isRoot, "needs root"),
    .enabled(if: !Tools.kubectls.isEmpty, "needs kubectl"), .serialized,
    .timeLimit(.minutes(1)))
struct AddressTests {
    private let kubectl = Tools.kubectls.first ?? "kubectl"

    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata: {name: echo}
        spec:
          type: LoadBalancer
          ipFamilyPolicy: RequireDualStack
          selector: {app: echo}
          externalIPs: [198.51.100.7, "2001:db8:7::7"]
          ports:
          - {name: tcp, port: 80, targetPort: http, nodePort: 30080}
          - {name: udp, port: 80, targetPort: 8080, nodePort: 30081, protocol: UDP}
        """

    @Test(
        "TCP and UDP, IPv4 and IPv6: ClusterIP, load balancer, externalIP, NodePort on every node address"
    )
    func everyAddress() async throws {
        try await withLab(.root) { lab in
            // Pods are routed: what a bridge does with their packets does not matter.
            _ = try? await lab.inside(["sysctl", "-w", "net.bridge.bridge-nf-call-iptables=0"])
            let up = try await lab.up()
            let runner = try lab.runEcho("echo", replicas: 2)
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            try await lab.readyEndpoints("echo", 4, kubectl: kubectl)
            let service = try await lab.service("echo", kubectl)
            for address in service + ["198.51.100.7", "2001:db8:7::7"] {
                try await expectAnswers(lab, runner, address, tcp: 80, udp: 80)
            }
            for address in [Lab.nodeIP, "2001:db8:1::10"] {
                try await expectAnswers(lab, runner, address, tcp: 30080, udp: 30081)
            }
            for address in ["127.0.0.1", "::1"] {
                try await expectAnswers(lab, nil, address, tcp: 30080, udp: 30081)
            }
            let byName = try await lab.insidePod(
                of: runner, ["curl", "-sS", "-6", "--max-time", "5", "http://echo.default/"])
            #expect(byName.hasPrefix("echo-"))
            try await runner.stop()
            try await up.stop()
        }
    }

    /// A datagram that this host's own output chain rejects is an error of the call itself: EPERM, as with
    /// kube-proxy.
    @Test(
        "Without endpoints TCP and UDP are refused at once, over both families",
        arguments: [
            ("userspace", "ConnectionRefusedError\n"), ("nftables", "PermissionError\n"),
        ])
    func refused(dataPlane: String, answer: String) async throws {
        try await withLab(.root) { lab in
            let up = try await lab.up(["--data-plane", dataPlane])
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            var addresses: [String] = []
            try await eventually("a load-balancer address") {
                addresses = try await lab.service("echo", kubectl)
                return addresses.count == 4
            }
            for address in addresses + ["198.51.100.7"] {
                let start = ContinuousClock.now
                let curl = try await lab.run(Self.curl(address, 80))
                #expect(curl.status == 7, "\(curl)")
                #expect(ContinuousClock.now - start < .seconds(2))
                let datagram = try await lab.check(lab.command(.datagram, address, "80"))
                #expect(datagram == answer, "\(address)")
            }
            try await up.stop()
        }
    }

    @Test("The route of an externalIP survives kill -9 of the server, and goes with the Service")
    func externalIPAfterKill() async throws {
        try await withLab(.root) { lab in
            let first = try await lab.up()
            let runner = try lab.runEcho("echo", replicas: 1)
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            try await first.stop(SIGKILL)
            let second = try await lab.up()
            try await eventually("an answer of the externalIP") {
                try await lab.run(Self.curl("198.51.100.7", 80)).succeeded
            }
            try await lab.check([kubectl, "delete", "service", "echo"])
            try await eventually("the route's end") {
                try await !lab.inside(["ip", "route", "show", "table", "local"])
                    .contains("198.51.100.7")
            }
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            try await runner.stop()
            try await second.stop()
            try await lab.check([
                Tools.pointsman, "cleanup", "--data-dir", lab.dataDirectory,
            ])
            let left = try await lab.inside(["ip", "route", "show", "table", "local"])
            #expect(!left.contains("198.51.100.7") && !left.contains("10.96.0.0"), "\(left)")
        }
    }

    private static func curl(_ address: String, _ port: Int) -> [String] {
        let host = address.contains(":") ? "[\(address)]" : address
        return [
            "curl", "--globoff", "--silent", "--show-error", "--fail", "--max-time", "5",
            "http://\(host):\(port)/",
        ]
    }

    /// From the host, and from inside a Pod of the runner.
    private func expectAnswers(
        _ lab: Lab, _ runner: RunningPointsman?, _ address: String, tcp: Int, udp: Int
    ) async throws {
        for command in try [Self.curl(address, tcp), lab.command(.datagram, address, "\(udp)")] {
            let host = try await lab.check(command)
            #expect(host.hasPrefix("echo-"), "host to \(address): \(host)")
            guard let runner else { continue }
            let pod = try await lab.insidePod(of: runner, command)
            #expect(pod.hasPrefix("echo-"), "Pod to \(address): \(pod)")
        }
    }
}

extension Lab {
    /// ClusterIPs and load-balancer addresses of a Service.
    fileprivate func service(_ name: String, _ kubectl: String) async throws -> [String] {
        let path =
            "jsonpath={.spec.clusterIPs[*]} {.status.loadBalancer.ingress[*].ip}"
        return try await check([kubectl, "get", "service", name, "-o", path])
            .split(separator: " ").map(String.init)
    }
}
