import Testing

private let manifest = """
    apiVersion: v1
    kind: Service
    metadata: {name: web, labels: {tier: front}}
    spec:
      selector: {app: web}
      ports: [{name: http, port: 80, targetPort: 8080}]
    """

@Suite(.enabled(if: !kubectls.isEmpty, "no kubectl is installed"))
struct KubectlTests {
    @Test("kubectl applies, changes and deletes a Service", arguments: kubectls)
    func appliesAndDeletes(program: String) async throws {
        try await TestServer.with { server in
            let kubectl = try Kubectl(program, server)
            #expect(try await kubectl("apply", "-f", "-", input: manifest).contains("created"))
            #expect(try await kubectl("apply", "-f", "-", input: manifest).contains("unchanged"))
            let changed = manifest.replacing("port: 80,", with: "port: 81,")
            #expect(try await kubectl("apply", "-f", "-", input: changed).contains("configured"))
            let table = try await kubectl("get", "service", "web")
            #expect(table.contains("ClusterIP"))
            #expect(table.contains("81/TCP"))
            try await kubectl("label", "svc/web", "stage=test")
            try await kubectl("annotate", "svc/web", "note=yes")
            try await kubectl("patch", "svc/web", "-p", #"{"spec":{"sessionAffinity":"ClientIP"}}"#)
            let path =
                "jsonpath={.metadata.labels.stage} {.metadata.annotations.note} {.spec.sessionAffinity}"
            #expect(try await kubectl("get", "svc/web", "-o", path) == "test yes ClientIP")
            try await kubectl("edit", "svc/web", editor: "sed -i s/ClientIP/None/")
            #expect(try await kubectl("get", "svc/web", "-o", path) == "test yes None")
            #expect(try await kubectl("describe", "svc/web").contains("Selector:"))
            #expect(try await kubectl("delete", "svc/web").contains("deleted"))
            #expect(try await kubectl("get", "svc", "-o", "name").isEmpty)
        }
    }

    @Test("kubectl creates with its generators", arguments: kubectls)
    func creates(program: String) async throws {
        try await TestServer.with { server in
            let kubectl = try Kubectl(program, server)
            try await kubectl("create", "namespace", "shop")
            try await kubectl("create", "service", "nodeport", "web", "--tcp=80:8080", "-n", "shop")
            try await kubectl(
                "create", "service", "externalname", "out", "--external-name=example.com")
            try await kubectl("create", "-f", "-", input: manifest)
            try await kubectl("expose", "service", "web", "--name=again", "--port=90")
            let names = try await kubectl("get", "svc", "-A", "-o", "name")
            #expect(names.split(separator: "\n").count == 4)
            let type = "jsonpath={.spec.type} {.spec.ports[0].nodePort}"
            let parts = try await kubectl("get", "svc", "web", "-n", "shop", "-o", type)
                .split(separator: " ")
            #expect(parts.first == "NodePort")
            #expect((30000...32767).contains(Int(parts.last ?? "") ?? 0))
            try await kubectl("delete", "namespace", "shop")
            #expect(try await kubectl("get", "ns", "-o", "name").contains("shop") == false)
        }
    }

    @Test("kubectl creates reviews, which have no PATCH", arguments: kubectls)
    func reviews(program: String) async throws {
        try await TestServer.with { server in
            let kubectl = try Kubectl(program, server)
            let spec =
                "spec: {user: me, groups: [\"system:masters\"], resourceAttributes: "
                + "{namespace: default, verb: get, resource: services}}"
            for (kind, metadata) in [
                ("LocalSubjectAccessReview", "metadata: {namespace: default}"),
                ("SubjectAccessReview", "metadata: {}"),
            ] {
                let text =
                    "apiVersion: authorization.k8s.io/v1\nkind: \(kind)\n\(metadata)\n\(spec)"
                let allowed = try await kubectl(
                    "create", "-f", "-", "-o", "jsonpath={.status.allowed}", input: text)
                #expect(allowed == "true")
            }
        }
    }

    @Test("kubectl explains, compares, waits and discovers", arguments: kubectls)
    func discovers(program: String) async throws {
        try await TestServer.with { server in
            let kubectl = try Kubectl(program, server)
            #expect(try await kubectl("version").contains("36"))
            #expect(try await kubectl("api-resources").contains("endpointslices"))
            #expect(try await kubectl("explain", "service.spec.ports").contains("nodePort"))
            try await kubectl("apply", "-f", "-", input: manifest)
            try await kubectl("diff", "-f", "-", input: manifest)
            try await kubectl("replace", "-f", "-", input: manifest)
            try await kubectl("get", "all")
            let path = "jsonpath={.spec.clusterIP}"
            #expect(try await kubectl("get", "svc", "web", "-o", path).hasPrefix("10.96."))
            try await kubectl("delete", "svc", "--all")
            // Of what is gone already a wait for its deletion has nothing to wait for (old ones complain).
            _ = try? await kubectl("wait", "--for=delete", "svc/web", "--timeout=20s")
        }
    }
}
