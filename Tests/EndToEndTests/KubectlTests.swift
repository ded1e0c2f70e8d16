import Foundation
import Testing

/// Every verb that the README promises, on one server, with every kubectl there is.
@Suite(
    "kubectl's verbs", .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct KubectlTests {
    @Test("every verb works on the kinds of the Service API", arguments: Tools.kubectls)
    func verbs(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            func run(_ arguments: String..., input: String? = nil) async throws -> String {
                try await lab.check([kubectl] + arguments, input: input)
            }
            // create, get, describe
            _ = try await run("create", "namespace", "shop")
            _ = try await run("create", "service", "clusterip", "a", "--tcp=80:8080", "-n", "shop")
            _ = try await run(
                "create", "service", "nodeport", "b", "--tcp=80", "--node-port=31000", "-n", "shop")
            _ = try await run("create", "service", "loadbalancer", "c", "--tcp=80", "-n", "shop")
            _ = try await run(
                "create", "service", "externalname", "d", "--external-name=example.com", "-n",
                "shop")
            let table = try await run("get", "services", "-n", "shop")
            #expect(table.contains("80:31000/TCP"))
            #expect(table.contains("EXTERNAL-IP"))
            #expect(try await run("describe", "service", "b", "-n", "shop").contains("NodePort:"))
            // label, annotate, patch
            _ = try await run("label", "service", "a", "tier=front", "-n", "shop")
            _ = try await run("annotate", "service", "a", "note=hello", "-n", "shop")
            _ = try await run(
                "patch", "service", "a", "-n", "shop", "-p",
                "{\"spec\":{\"sessionAffinity\":\"ClientIP\"}}")
            _ = try await run(
                "patch", "service", "a", "-n", "shop", "--type=json", "-p",
                "[{\"op\":\"replace\",\"path\":\"/spec/ports/0/port\",\"value\":81}]")
            _ = try await run(
                "patch", "service", "a", "-n", "shop", "--type=merge", "-p",
                "{\"metadata\":{\"labels\":{\"more\":\"x\"}}}")
            let patched = try await run(
                "get", "service", "-n", "shop", "-l", "tier=front,more", "-o",
                "jsonpath={.items[0].spec.sessionAffinity} {.items[0].spec.ports[0].port} "
                    + "{.items[0].metadata.annotations.note}"
            )
            #expect(patched == "ClientIP 81 hello")
            // apply twice, diff, replace, edit
            let manifest = try String(
                contentsOf: Tools.root.appending(path: "examples/my-database.yaml"), encoding: .utf8
            )
            #expect(
                try await run("apply", "-n", "shop", "-f", "-", input: manifest).contains("created")
            )
            #expect(
                try await run("apply", "-n", "shop", "-f", "-", input: manifest).contains(
                    "unchanged"))
            let changed = manifest.replacingOccurrences(
                of: "targetPort: 3306", with: "targetPort: 3307")
            let diff = try await lab.run(
                [kubectl, "diff", "-n", "shop", "-f", "-"], input: changed)
            #expect(diff.status == 1)
            #expect(diff.output.contains("+    targetPort: 3307"), "\(diff)")
            #expect(
                try await run("apply", "-n", "shop", "-f", "-", input: changed).contains(
                    "configured"))
            let whole = try await run("get", "service", "my-database", "-n", "shop", "-o", "yaml")
            _ = try await run(
                "replace", "-n", "shop", "-f", "-",
                input: whole.replacingOccurrences(of: "3307", with: "3308"))
            let edited = try await lab.run(
                [kubectl, "edit", "service", "my-database", "-n", "shop"],
                environment: ["KUBE_EDITOR": "sed -i s/3308/3309/"])
            #expect(edited.output.contains("edited"), "\(edited)")
            #expect(
                try await run(
                    "get", "service", "my-database", "-n", "shop", "-o",
                    "jsonpath={.spec.ports[0].targetPort}") == "3309")
            // expose, wait, watch
            _ = try await run("apply", "-n", "shop", "-f", "-", input: Self.addressPod)
            _ = try await run(
                "wait", "-n", "shop", "pod/vm", "--for=condition=Ready", "--timeout=10s")
            _ = try await run("expose", "pod", "vm", "-n", "shop", "--port=80", "--name=exposed")
            try await eventually("the endpoints of the exposed Pod") {
                try await run("get", "endpoints", "exposed", "-n", "shop").contains("192.0.2.77:80")
            }
            // explain, api-resources, version
            #expect(try await run("explain", "service.spec.ports").contains("targetPort"))
            #expect(try await run("api-resources").contains("endpointslices"))
            #expect(try await run("version").contains("pointsman"))
            // delete
            _ = try await run("delete", "service", "a", "-n", "shop")
            _ = try await run("delete", "services", "--all", "-n", "shop")
            #expect(try await run("get", "services", "-n", "shop", "-o", "name").isEmpty)
            _ = try await run("delete", "namespace", "shop")
            let gone = try await lab.run([kubectl, "get", "namespace", "shop"])
            #expect(gone.errors.contains("NotFound"), "\(gone)")
            try await server.stop()
        }
    }

    @Test("mistakes get Kubernetes' own errors", arguments: Tools.kubectls)
    func mistakes(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            func fails(_ arguments: String..., input: String? = nil) async throws -> String {
                let result = try await lab.run([kubectl] + arguments, input: input)
                #expect(result.status != 0, "\(result)")
                return result.errors
            }
            #expect(try await fails("get", "service", "nobody").contains("(NotFound)"))
            #expect(
                try await fails("create", "service", "clusterip", "kubernetes", "--tcp=80")
                    .contains("already exists"))
            let service = """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":80}]}}
                """
            #expect(
                try await fails("create", "-f", "-", input: service).contains(
                    "provided IP is already allocated"))
            let bad = """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":70000}]}}
                """
            #expect(
                try await fails("create", "-f", "-", input: bad).contains(
                    "spec.ports[0].port: Invalid value"))
            let unknown = """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"prots":[]}}
                """
            #expect(try await fails("create", "-f", "-", input: unknown).contains("prots"))
            #expect(
                try await fails("get", "services", "-n", "shop", "--field-selector", "spec.bogus=1")
                    .contains("field label not supported"))
            try await server.stop()
        }
    }

    static let addressPod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: vm
          labels: {app: vm}
          annotations: {pointsman.dev/address: 192.0.2.77}
        spec:
          containers:
          - {name: main, image: external, ports: [{containerPort: 80}]}
        """
}
