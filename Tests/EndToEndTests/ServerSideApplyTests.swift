import Foundation
import Testing

/// What users of `kubectl apply --server-side` do, with a kubectl that has it without a feature gate.
@Suite(
    "kubectl apply --server-side", .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct ServerSideApplyTests {
    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          labels: {app: web}
        spec:
          selector: {app: web}
          ports:
          - {name: http, port: 80, targetPort: 8080}
        """

    @Test("apply, diff, conflicts, force, migration from client-side apply and back")
    func serverSide() async throws {
        let kubectl = try #require(Tools.kubectls.first)
        try await withLab(.root) { lab in
            let server = try await lab.up()
            func run(_ arguments: String..., input: String? = nil) async throws -> String {
                try await lab.check([kubectl] + arguments, input: input)
            }
            func apply(_ text: String, _ options: String...) async throws -> CommandResult {
                try await lab.run(
                    [kubectl, "apply", "--server-side", "-f", "-"] + options, input: text)
            }
            func managers() async throws -> [String] {
                try await run(
                    "get", "service", "web", "--show-managed-fields", "-o",
                    "jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation} {end}"
                ).split(separator: " ").map(String.init)
            }
            let changed = Self.manifest.replacingOccurrences(of: "8080", with: "9090")

            // apply, again, and what a diff shows
            #expect(try await apply(Self.manifest).output.contains("serverside-applied"))
            let version = try await run(
                "get", "service", "web", "-o", "jsonpath={.metadata.resourceVersion}")
            #expect(try await apply(Self.manifest).succeeded)
            #expect(
                try await run(
                    "get", "service", "web", "-o", "jsonpath={.metadata.resourceVersion}")
                    == version, "nothing has changed")
            #expect(try await managers() == ["kubectl/Apply"])
            let shown = try await run(
                "get", "service", "web", "--show-managed-fields", "-o", "yaml")
            #expect(shown.contains("k:{\"port\":80,\"protocol\":\"TCP\"}:"))
            #expect(
                try await !run("get", "service", "web", "-o", "yaml").contains("managedFields"))
            let diff = try await lab.run(
                [kubectl, "diff", "--server-side", "-f", "-"], input: changed)
            #expect(diff.status == 1 && diff.output.contains("+    targetPort: 9090"), "\(diff)")
            #expect(
                try await apply(changed, "--dry-run=server").output.contains("server dry run"))

            // a conflict, and force
            _ = try await run(
                "patch", "service", "web", "--field-manager=other", "--type=merge", "-p",
                "{\"metadata\":{\"labels\":{\"app\":\"x\"}}}")
            let conflict = try await apply(changed)
            #expect(!conflict.succeeded)
            #expect(
                conflict.errors.contains(
                    "conflict with \"other\" using v1: .metadata.labels.app"), "\(conflict)")
            #expect(try await apply(changed, "--force-conflicts").succeeded)
            #expect(
                try await run(
                    "get", "service", "web", "-o",
                    "jsonpath={.metadata.labels.app} {.spec.ports[0].targetPort}") == "web 9090")

            // what is left out goes
            let bare = changed.replacingOccurrences(of: "  labels: {app: web}\n", with: "")
            #expect(try await apply(bare).succeeded)
            #expect(
                try await run("get", "service", "web", "-o", "jsonpath={.metadata.labels}").isEmpty)
            _ = try await run("delete", "service", "web")

            // from client-side apply to server-side, and back
            _ = try await run("apply", "-f", "-", input: Self.manifest)
            #expect(try await managers() == ["kubectl-client-side-apply/Update"])
            let moved = try await apply(changed)
            #expect(moved.succeeded, "\(moved)")
            let owners = try await managers()
            #expect(owners.contains("kubectl/Apply"))
            #expect(!owners.contains("kubectl-client-side-apply/Update"), "\(owners)")
            #expect(try await apply(bare).succeeded)
            #expect(
                try await run(
                    "get", "service", "web", "-o", "jsonpath={.metadata.labels.app}"
                ).isEmpty,
                "what client-side apply had set is given up, too")
            _ = try await run("apply", "-f", "-", input: Self.manifest)
            #expect(
                try await run(
                    "get", "service", "web", "-o",
                    "jsonpath={.metadata.labels.app} {.spec.ports[0].targetPort}") == "web 8080")
            try await server.stop()
        }
    }
}
