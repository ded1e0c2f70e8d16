import Foundation
import Testing

/// Tokens and roles as an administrator gives them and kubectl uses them.
@Suite(
    "Who may do what", .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct AccessTests {
    /// A kubectl that asks by `auth whoami` (1.28 and later).
    private static let recentKubectls = Tools.kubectls.filter { !$0.contains("debian") }

    @Test("a token works with every kubectl until it is revoked", arguments: Tools.kubectls)
    func tokens(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            func pointsman(_ arguments: String...) async throws -> String {
                try await lab.check([Tools.pointsman, "token"] + arguments)
            }
            let file = lab.directory.appending(path: "viewer.kubeconfig").path()
            let said = try await pointsman(
                "create", "viewer", "--role", "view", "--ttl", "1h", "--kubeconfig-out", file)
            #expect(said.contains("role view, until "))
            #expect(!said.contains("pmt."))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
            #expect(mode as? Int == 0o600)
            func viewer(_ arguments: String...) async throws -> CommandResult {
                try await lab.run([kubectl, "--kubeconfig", file] + arguments)
            }
            #expect(try await viewer("get", "services").output.contains("kubernetes"))
            #expect(try await viewer("get", "services,pods,nodes", "-A").succeeded)
            let refused = try await viewer("delete", "service", "kubernetes")
            #expect(
                refused.errors.contains(
                    #"services "kubernetes" is forbidden: User "pointsman:token:viewer" cannot delete resource "services" in API group "" in the namespace "default""#
                ), "\(refused)")
            #expect(try await viewer("get", "tokens").errors.contains("forbidden"))
            #expect(try await viewer("auth", "can-i", "list", "services").output == "yes\n")
            #expect(try await viewer("auth", "can-i", "create", "services").output == "no\n")
            #expect(try await viewer("auth", "can-i", "get", "/version").output == "yes\n")
            let all = try await viewer("auth", "can-i", "--list")
            #expect(all.output.contains("endpointslices.discovery.k8s.io"), "\(all)")
            // The list of tokens, and of kubectl.
            let list = try await pointsman("list")
            #expect(list.contains("viewer   view"))
            let table = try await lab.check([kubectl, "get", "tokens"])
            #expect(table.contains("EXPIRES"))
            // Revoked while a watch is open.
            let log = lab.directory.appending(path: "watch.log")
            let watch = try Command.start(
                lab.wrapped([kubectl, "--kubeconfig", file, "get", "services", "-w"]),
                environment: lab.environment, output: log, errors: log)
            try await eventually("the watch shows a Service") {
                try String(contentsOf: log, encoding: .utf8).contains("kubernetes")
            }
            #expect(try await pointsman("revoke", "viewer") == "token/viewer revoked\n")
            try await eventually("the end of the watch", seconds: 5) { !watch.isRunning }
            let after = try await viewer("get", "services")
            #expect(!after.succeeded)
            #expect(
                after.errors.lowercased().contains("unauthorized")
                    || after.errors.contains("logged in"))
            let again = try await lab.run([Tools.pointsman, "token", "revoke", "viewer"])
            #expect(again.errors.contains("not found"))
            try await server.stop()
        }
    }

    @Test(
        "kubectl says who one is, by certificate, token and impersonation",
        arguments: recentKubectls)
    func whoAmI(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            let admin = try await lab.check([kubectl, "auth", "whoami"])
            #expect(admin.contains("kubernetes-admin"))
            #expect(admin.contains("system:masters"))
            let token = try await lab.check([
                Tools.pointsman, "token", "create", "t", "--role", "node",
            ]).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(token.hasPrefix("pmt.t."))
            let node = try await lab.check([kubectl, "--token", token, "auth", "whoami"])
            #expect(node.contains("pointsman:token:t"), "\(node)")
            let jane = try await lab.check([
                kubectl, "auth", "whoami", "--as", "jane", "--as-group", "pointsman:edit:shop",
            ])
            #expect(jane.contains("jane"))
            let may = try await lab.run([
                kubectl, "auth", "can-i", "create", "services", "-n", "shop", "--as", "jane",
                "--as-group", "pointsman:edit:shop",
            ])
            #expect(may.output == "yes\n", "\(may)")
            let wrong = try await lab.run([kubectl, "--token", "wrong", "get", "services"])
            #expect(!wrong.succeeded)
            try await server.stop()
            #expect(!server.output.contains(token.suffix(64)))
        }
    }

    @Test("who may edit one namespace runs Pods there and nowhere else")
    func runsPods() async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            let kubectl = Tools.kubectls[0]
            _ = try await lab.check([kubectl, "create", "namespace", "shop"])
            let file = lab.directory.appending(path: "shop.kubeconfig").path()
            _ = try await lab.check([
                Tools.pointsman, "token", "create", "shop", "--role", "edit", "-n", "shop",
                "--kubeconfig-out", file,
            ])
            let runner = try lab.start(
                [
                    "run", "--kubeconfig", file, "--name", "web", "-l", "app=web", "--port",
                    "http=8080", "--ready", "tcp:8080", "--",
                ] + lab.command(.echo, "8080"), log: "web.log")
            try await eventually("a ready Pod in the namespace") {
                try await lab.check([kubectl, "get", "pods", "-n", "shop"]).contains("1/1")
            }
            try await runner.stop()
            let elsewhere = try await lab.run(
                [Tools.pointsman, "run", "--kubeconfig", file, "-n", "default", "--", "/bin/true"])
            #expect(!elsewhere.succeeded)
            #expect(elsewhere.errors.contains("forbidden"), "\(elsewhere)")
            try await server.stop()
        }
    }

    @Test("`token create` refuses what cannot be, and makes no token of it")
    func refusals() async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            func fails(_ arguments: String...) async throws -> String {
                let result = try await lab.run([Tools.pointsman, "token"] + arguments)
                #expect(!result.succeeded)
                return result.errors
            }
            #expect(try await fails("create", "a", "--role", "root").contains("role"))
            #expect(
                try await fails("create", "a", "--role", "node", "-n", "b").contains("everywhere"))
            #expect(
                try await fails("create", "a", "--role", "view", "--ttl", "soon").contains("ttl"))
            #expect(try await fails("create", "A", "--role", "view").contains("metadata.name"))
            let file = lab.directory.appending(path: "there").path()
            try "x".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(
                try await fails("create", "a", "--role", "view", "--kubeconfig-out", file)
                    .contains("exists"))
            #expect(
                try await fails(
                    "create", "a", "--role", "view", "--kubeconfig-out", "/nonexistent/a"
                ).contains("cannot be written"))
            #expect(try await lab.check([Tools.pointsman, "token", "list"]) == "No tokens.\n")
            #expect(
                try await lab.check([Tools.pointsman, "token", "list", "-o", "json"]) == "[]\n")
            try await server.stop()
        }
    }
}
