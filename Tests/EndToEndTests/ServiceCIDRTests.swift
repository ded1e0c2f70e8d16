import Foundation
import Testing

@Suite(
    "Networks of ClusterIPs that are added", .enabled(if: Tools.isRoot, "namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct ServiceCIDRTests {
    private static func serviceCIDR(_ name: String, _ cidr: String) -> String {
        """
        {"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"\(name)"},\
        "spec":{"cidrs":["\(cidr)"]}}
        """
    }

    private static func service(_ clusterIP: String) -> String {
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"\(clusterIP)",\
        "selector":{"app":"web"},"ports":[{"port":8080,"targetPort":"http"}]}}
        """
    }

    @Test(
        "a Service in an added network is reached, by name too, and after a kill",
        arguments: Tools.kubectls)
    func added(kubectl: String) async throws {
        try await withLab(.root) { lab in
            var server = try await lab.up()
            func run(_ arguments: String..., input: String? = nil) async throws -> String {
                try await lab.check([kubectl] + arguments, input: input)
            }
            _ = try await run("apply", "-f", "-", input: Self.serviceCIDR("extra", "10.112.0.0/24"))
            _ = try await run("wait", "servicecidr/extra", "--for=condition=Ready", "--timeout=10s")
            let table = try await run("get", "servicecidrs")
            #expect(table.contains("CIDRS"))
            #expect(table.contains("10.96.0.0/12,fd00:10:96::/112"))
            #expect(table.contains("10.112.0.0/24"))
            _ = try await run("apply", "-f", "-", input: Self.service("10.112.0.9"))
            let runner = try lab.runPods(
                "web", label: "web", replicas: 1, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("web", 1, kubectl: kubectl)
            #expect(try await lab.ask("10.112.0.9:8080").hasPrefix("web-"))
            let addresses = try await run("get", "ip")
            #expect(addresses.contains("PARENTREF"))
            let row = addresses.split(separator: "\n").first { $0.hasPrefix("10.112.0.9 ") }
            #expect(row?.contains("services/default/web") == true, "\(addresses)")
            #expect(addresses.contains("services/default/kubernetes"))
            let reverse = try await lab.dig("9.0.112.10.in-addr.arpa", "PTR")
            #expect(reverse == "web.default.svc.cluster.local.")
            // Names of that network are ours: one that is not there is not asked of anybody else.
            #expect(try await lab.dig("8.0.112.10.in-addr.arpa", "PTR").isEmpty)

            try await server.stop(SIGKILL)
            server = try await lab.up()
            try await lab.readyEndpoints("web", 1, kubectl: kubectl)
            try await eventually("an answer of the Service") {
                try await lab.run([
                    "curl", "--silent", "--fail", "--max-time", "5", "http://10.112.0.9:8080/",
                ]).succeeded
            }
            _ = try await run("delete", "service", "web")
            let gone = try await lab.run([kubectl, "get", "ipaddress", "10.112.0.9"])
            #expect(gone.errors.contains("(NotFound)"), "\(gone)")
            #expect(try await run("delete", "servicecidr", "extra").contains("deleted"))
            try await eventually("the end of the route") {
                let routes = try await lab.inside(["ip", "route", "show", "table", "local"])
                return !routes.contains("10.112.0.0/24")
            }
            _ = try await runner.stop()
            #expect(try await server.stop() == 0)
        }
    }

    @Test("a network that this host cannot serve says why, and gives no address")
    func refused() async throws {
        let kubectl = Tools.kubectls[0]
        for (user, cidr, reason) in [
            (Lab.User.root, "198.51.100.0/24", "overlaps the route"),
            (.root, "192.0.2.0/24", "contains this node's own address 192.0.2.10"),
            (.root, "10.244.0.128/25", "overlaps --pod-cidr 10.244.0.0/24"),
            (.unprivileged, "10.112.0.0/24", "without CAP_NET_ADMIN"),
        ] {
            try await withLab(user) { lab in
                try await lab.inside([
                    "ip", "route", "add", "198.51.100.0/25", "via", "192.0.2.1",
                ])
                let server = try await lab.up()
                _ = try await lab.check(
                    [kubectl, "apply", "-f", "-"], input: Self.serviceCIDR("bad", cidr))
                try await eventually("the reason") {
                    try await lab.field(
                        kubectl, "servicecidr", "bad", ".status.conditions[0].message"
                    ).contains(reason)
                }
                let status = try await lab.field(
                    kubectl, "servicecidr", "bad", ".status.conditions[0].status")
                #expect(status == "False")
                let address = cidr.split(separator: ".").prefix(3).joined(separator: ".") + ".140"
                let refused = try await lab.run(
                    [kubectl, "create", "-f", "-"], input: Self.service(address))
                #expect(refused.errors.contains("does not match the current range"), "\(refused)")
                try await server.stop()
            }
        }
    }

    @Test("without privilege a slice of 127.0.0.0/8 may be added")
    func unprivileged() async throws {
        let kubectl = Tools.kubectls[0]
        try await withLab(.unprivileged) { lab in
            let server = try await lab.up()
            _ = try await lab.check(
                [kubectl, "apply", "-f", "-"], input: Self.serviceCIDR("extra", "127.97.0.0/24"))
            _ = try await lab.check([
                kubectl, "wait", "servicecidr/extra", "--for=condition=Ready", "--timeout=10s",
            ])
            _ = try await lab.check(
                [kubectl, "apply", "-f", "-"], input: Self.service("127.97.0.9"))
            let runner = try lab.runPods(
                "web", label: "web", replicas: 1, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("web", 1, kubectl: kubectl)
            #expect(try await lab.ask("127.97.0.9:8080").hasPrefix("web-"))
            _ = try await runner.stop()
            try await server.stop()
        }
    }

    @Test("kubectl explains the kinds", arguments: Tools.kubectls)
    func explained(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            for (field, text) in [
                ("servicecidr.spec", "cidrs"), ("ipaddress.spec.parentRef", "resource"),
                ("lease.spec", "holderIdentity"),
            ] {
                #expect(try await lab.check([kubectl, "explain", field]).contains(text))
            }
            let lease = """
                {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},\
                "spec":{"holderIdentity":"somebody"}}
                """
            _ = try await lab.check([kubectl, "apply", "-f", "-"], input: lease)
            let table = try await lab.check([kubectl, "get", "leases"])
            #expect(table.contains("HOLDER"))
            #expect(table.contains("somebody"))
            let resources = try await lab.check([kubectl, "api-resources"])
            for name in ["servicecidrs", "ipaddresses", "leases", "events.k8s.io"] {
                #expect(resources.contains(name))
            }
            try await server.stop()
        }
    }
}
