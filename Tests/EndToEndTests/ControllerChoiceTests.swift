import Foundation
import Testing

/// `up --controllers` leaves a controller to somebody else.
@Suite(
    "Controllers that are left out", .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct ControllerChoiceTests {
    @Test("without the EndpointSlice controller nobody makes or undoes slices")
    func slicesAreSomebodyElses() async throws {
        let kubectl = Tools.kubectls[0]
        try await withLab(.root) { lab in
            let server = try await lab.up(["--controllers", "*,-endpointslice-controller"])
            let path = Tools.root.appending(path: "examples/my-web-server.yaml").path()
            try await lab.check([kubectl, "apply", "-f", path])
            let runner = try lab.runPods(
                "web", label: "web-server", replicas: 1, port: 8080, server: "whoami.py")
            try await eventually("an address in the Endpoints") {
                try await !lab.check([
                    kubectl, "get", "endpoints", "my-web-server", "-o",
                    "jsonpath={.subsets[*].addresses[*].ip}",
                ]).isEmpty
            }
            let label = "kubernetes.io/service-name=my-web-server"
            let none = try await lab.check([
                kubectl, "get", "endpointslices", "-l", label, "-o", "name",
            ])
            #expect(none.isEmpty)
            // What another controller of the same name makes stays as it is.
            let slice = """
                {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "theirs",
                "labels": {"kubernetes.io/service-name": "my-web-server",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}},
                "addressType": "IPv4", "endpoints": [{"addresses": ["10.9.9.9"]}]}
                """
            try await lab.check([kubectl, "create", "-f", "-"], input: slice)
            try await Task.sleep(for: .milliseconds(500))
            let names = try await lab.check([
                kubectl, "get", "endpointslices", "-l", label, "-o", "name",
            ])
            #expect(names.contains("/theirs"))
            #expect(names.split(separator: "\n").count == 1)
            try await runner.stop()
            try await server.stop()
        }
    }
}
