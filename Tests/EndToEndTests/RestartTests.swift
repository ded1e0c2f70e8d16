import Foundation
import Testing

@Suite(
    "Stops, kills and starts", .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct RestartTests {
    let kubectl = Tools.kubectls.first ?? ""

    @Test("SIGKILL loses nothing that was acknowledged, and the next start continues")
    func killed() async throws {
        try await withLab(.root) { lab in
            var server = try await lab.up()
            var versions: [String: String] = [:]
            var addresses: [String: String] = [:]
            for round in 0..<4 {
                for index in 0..<5 {
                    let name = "svc-\(round)-\(index)"
                    let made = try await lab.check([
                        kubectl, "create", "service", "clusterip", name, "--tcp=80:8080", "-o",
                        "jsonpath={.metadata.resourceVersion} {.spec.clusterIP}",
                    ]).split(separator: " ")
                    versions[name] = String(made[0])
                    addresses[name] = String(made[1])
                }
                try await server.stop(SIGKILL)
                server = try await lab.up()
            }
            for (name, version) in versions {
                let now = try await lab.check([
                    kubectl, "get", "service", name, "-o",
                    "jsonpath={.metadata.resourceVersion} {.spec.clusterIP}",
                ])
                #expect(now == "\(version) \(addresses[name] ?? "")", "\(name)")
            }
            #expect(Set(addresses.values).count == addresses.count)
            #expect(try await server.stop() == 0)
        }
    }

    @Test("a second start on the same data directory is refused with the reason")
    func second() async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            let second = try await lab.run(
                [
                    Tools.pointsman, "up", "--data-dir", lab.dataDirectory, "--listen",
                    "127.0.0.1:7443",
                ])
            #expect(second.status == 1)
            #expect(second.errors.contains("another process"))
            #expect(server.isRunning)
            try await server.stop()
        }
    }

    @Test(
        "routes go with a clean stop; what the kernel forwards stays, and goes with cleanup",
        arguments: ["userspace", "nftables"])
    func routes(dataPlane: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up(["--data-plane", dataPlane])
            let during = try await lab.inside(["ip", "route", "show", "table", "all"])
            for network in ["local 10.96.0.0/12 dev lo", "local fd00:10:96::/112 dev lo"] {
                #expect(during.contains(network))
            }
            let cleanup = [Tools.pointsman, "cleanup", "--data-dir", lab.dataDirectory]
            let early = try await lab.run(cleanup)
            #expect(early.status == 1 && early.errors.contains("stop it first"), "\(early)")
            #expect(try await server.stop() == 0)
            if dataPlane == "nftables" {
                let kept = try await lab.inside(["ip", "route", "show", "table", "local"])
                #expect(kept.contains("local 10.96.0.0/12 dev lo"))
                #expect(try await lab.inside(["nft", "list", "tables"]).contains("pointsman"))
                try await lab.check(cleanup)
            }
            #expect(try await !lab.inside(["nft", "list", "tables"]).contains("pointsman"))
            let after = try await lab.inside(["ip", "route", "show", "table", "all"])
            for network in ["10.96.", "10.244.", "10.245.", "fd00:10:"] {
                #expect(!after.contains(network))
            }
        }
    }

    @Test("what somebody else does to the kernel's table is taken back, and told as an Event")
    func foreignChange() async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up(["--data-plane", "nftables"])
            func waitForTable() async throws {
                try await eventually("the table is there") {
                    let table = try? await lab.inside(["nft", "list", "table", "ip", "pointsman"])
                    return table?.contains("10.96.0.1") == true
                }
            }
            try await waitForTable()
            _ = try await lab.inside(["nft", "delete", "table", "ip", "pointsman"])
            try await waitForTable()
            let events = [
                kubectl, "get", "events", "-o",
                "jsonpath={.items[*].reason} {.items[*].involvedObject.kind} {.items[*].message}",
            ]
            let expected =
                "ForeignChange Node nft changed nf_tables table pointsman: it is repaired"
            try await eventually("the Event") { try await lab.check(events) == expected }
            try await server.stop()
        }
    }

    @Test("networks that overlap, also the host's own routes, are refused at start")
    func overlaps() async throws {
        try await withLab(.root) { lab in
            for (options, reason) in [
                (["--service-cidr", "192.0.2.0/25"], "192.0.2.0/2"),
                (["--pod-cidr", "10.96.3.0/24"], "overlaps --service-cidr"),
                (["--data-plane", "iptables"], "userspace"),
                (["--nodeport-addresses", "192.0.2"], "--nodeport-addresses 192.0.2"),
                (
                    ["--detect-local-mode", "BridgeInterface"],
                    "needs --pod-bridge-interface"
                ),
            ] {
                let refused = try await lab.run(
                    [Tools.pointsman, "up", "--data-dir", lab.dataDirectory] + options)
                #expect(!refused.succeeded)
                #expect(refused.errors.contains(reason), "\(refused)")
            }
        }
    }
}
