import APIServer
import Foundation
import KubeAPI
import Testing

/// Words of the lines that kubectl prints, ages as `AGE`.
private func rows(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
        line.split(separator: " ").map { word in
            let isAge = word.hasSuffix("s") && Int(word.dropLast()) != nil
            return isAge ? "AGE" : String(word)
        }.joined(separator: " ")
    }
}

@Suite("What kubectl prints", .enabled(if: !kubectls.isEmpty, "no kubectl is installed"))
struct KubectlOutputTests {
    /// Services of every type, a slice, a Pod and an Event.
    private func fill(_ server: TestServer) async throws {
        let services: [(String, JSON)] = [
            ("cluster", ["clusterIP": "10.96.0.21"]),
            (
                "dns",
                [
                    "type": "ExternalName", "externalName": "db.example.com", "ports": [],
                    "selector": nil,
                ]
            ),
            ("external", ["clusterIP": "10.96.0.22", "externalIPs": ["192.0.2.1", "192.0.2.2"]]),
            ("headless", ["clusterIP": "None", "ports": []]),
            (
                "lb",
                [
                    "type": "LoadBalancer", "clusterIP": "10.96.0.23",
                    "ports": [["port": 80, "nodePort": 30100]],
                ]
            ),
            (
                "node",
                [
                    "type": "NodePort", "clusterIP": "10.96.0.24",
                    "ports": [
                        ["name": "a", "port": 80, "nodePort": 30000],
                        ["name": "b", "port": 53, "nodePort": 30053, "protocol": "UDP"],
                    ],
                ]
            ),
            (
                "pending",
                [
                    "type": "LoadBalancer", "clusterIP": "10.96.0.25",
                    "ports": [["port": 80, "nodePort": 30101]],
                ]
            ),
        ]
        for (name, spec) in services {
            var service = JSON.inDefault(.service(name, spec))
            service["metadata"]?["labels"] = ["name": .string(name)]
            for (key, value) in spec.object ?? [:] where value.isNull {
                service["spec"]?[key] = nil
            }
            _ = try await server.client.create(.services, service)
        }
        _ = try await server.client.patch(
            .services, ObjectName(namespace: "default", name: "lb"),
            .merge([
                "status": [
                    "loadBalancer": [
                        "ingress": [
                            ["ip": "192.0.2.9"], ["hostname": "lb.example.com"],
                            ["ip": "192.0.2.8"],
                        ]
                    ]
                ]
            ]),
            subresource: "status")
        let addresses: [JSON] = (1...5).map { ["addresses": [.string("10.244.0.\($0)")]] }
        _ = try await server.client.create(
            .endpointSlices,
            .inDefault([
                "metadata": ["name": "slice"], "addressType": "IPv4",
                "endpoints": .array(addresses),
                "ports": [["name": "http", "port": 80], ["name": "tls", "port": 443]],
            ]))
        _ = try await server.client.create(
            .endpoints,
            .inDefault([
                "metadata": ["name": "cluster"],
                "subsets": [
                    [
                        "addresses": [["ip": "10.244.0.1"], ["ip": "10.244.0.2"]],
                        "ports": [["name": "a", "port": 80], ["name": "b", "port": 81]],
                    ]
                ],
            ]))
        _ = try await server.client.create(.pods, .inDefault(.pod("p")))
    }

    @Test("Tables hold what Kubernetes' printers print", arguments: kubectls)
    func tables(program: String) async throws {
        try await TestServer.with { server in
            try await fill(server)
            let kubectl = try Kubectl(program, server)
            #expect(
                rows(try await kubectl("get", "services")) == [
                    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE",
                    "cluster ClusterIP 10.96.0.21 <none> 80/TCP AGE",
                    "dns ExternalName <none> db.example.com <none> AGE",
                    "external ClusterIP 10.96.0.22 192.0.2.1,192.0.2.2 80/TCP AGE",
                    "headless ClusterIP None <none> <none> AGE",
                    "lb LoadBalancer 10.96.0.23 192.0.2.8,192.0.2.9,lb.example.com 80:30100/TCP AGE",
                    "node NodePort 10.96.0.24 <none> 80:30000/TCP,53:30053/UDP AGE",
                    "pending LoadBalancer 10.96.0.25 <pending> 80:30101/TCP AGE",
                ])
            #expect(
                rows(try await kubectl("get", "svc", "cluster", "dns", "-o", "wide")) == [
                    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR",
                    "cluster ClusterIP 10.96.0.21 <none> 80/TCP AGE app=cluster",
                    "dns ExternalName <none> db.example.com <none> AGE <none>",
                ])
            #expect(
                rows(try await kubectl("get", "svc", "cluster", "--show-labels"))
                    .last?.hasSuffix("AGE name=cluster") == true)
            #expect(
                rows(try await kubectl("get", "svc", "cluster", "-L", "name")).last?.hasSuffix(
                    "AGE cluster") == true)
            #expect(
                rows(try await kubectl("get", "endpointslices")) == [
                    "NAME ADDRESSTYPE PORTS ENDPOINTS AGE",
                    "slice IPv4 80,443 10.244.0.1,10.244.0.2,10.244.0.3 + 2 more... AGE",
                ])
            #expect(
                rows(try await kubectl("get", "endpoints", "cluster")).last
                    == "cluster 10.244.0.1:80,10.244.0.2:80,10.244.0.1:81 + 1 more... AGE")
            #expect(
                rows(try await kubectl("get", "pods", "-o", "wide")) == [
                    "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES",
                    "p 0/1 Pending 0 AGE <none> <none> <none> <none>",
                ])
            #expect(
                rows(try await kubectl("get", "namespaces")) == [
                    "NAME STATUS AGE", "default Active AGE", "kube-system Active AGE",
                ])
            let all = rows(try await kubectl("get", "services,endpointslices", "-A"))
            #expect(all.first == "NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE")
            #expect(all.contains { $0.hasPrefix("default endpointslice.discovery.k8s.io/slice ") })
            let everything = rows(try await kubectl("get", "all"))
            #expect(everything.contains { $0.hasPrefix("pod/p ") })
            #expect(everything.contains { $0.hasPrefix("service/cluster ") })
        }
    }

    @Test("Every form of output works", arguments: kubectls)
    func forms(program: String) async throws {
        try await TestServer.with { server in
            try await fill(server)
            let kubectl = try Kubectl(program, server)
            #expect(try await kubectl("get", "svc", "lb", "-o", "name") == "service/lb\n")
            #expect(
                try await kubectl("get", "svc", "lb", "-o", "yaml").contains(
                    "  clusterIP: 10.96.0.23\n"))
            #expect(
                try await kubectl("get", "svc", "lb", "-o", "json").contains(
                    "\"clusterIP\": \"10.96.0.23\""))
            #expect(
                try await kubectl("get", "svc", "-o", "jsonpath={.items[*].metadata.name}")
                    == "cluster dns external headless lb node pending")
            #expect(
                rows(
                    try await kubectl(
                        "get", "svc", "lb", "-o",
                        "custom-columns=N:.metadata.name,P:.spec.ports[0].nodePort"))
                    == ["N P", "lb 30100"])
            #expect(
                try await kubectl("get", "svc", "lb", "-o", "go-template={{.spec.type}}")
                    == "LoadBalancer")
            let sorted = rows(
                try await kubectl(
                    "get", "svc", "--sort-by=.spec.ports[0].nodePort", "-l",
                    "name in (lb,node,pending)"))
            #expect(
                sorted.dropFirst().map { $0.prefix { $0 != " " } } == ["node", "lb", "pending"])
            let chunked = rows(try await kubectl("get", "svc", "--chunk-size=2"))
            #expect(chunked.count == 8)
            let raw = try await kubectl("get", "--raw", "/api/v1/namespaces/default/services/lb")
            #expect(raw.hasPrefix("{\"kind\":\"Service\",\"apiVersion\":\"v1\""))
            let kinds = try await kubectl("api-resources", "-o", "name", "--verbs=list,watch")
            #expect(kinds.contains("endpointslices.discovery.k8s.io\n"))
            let short = rows(try await kubectl("api-resources", "--namespaced=false"))
            #expect(short.contains { $0.hasPrefix("namespaces ns v1 false Namespace") })
            let fields = try await kubectl("explain", "--recursive", "service.spec")
            #expect(fields.contains("sessionAffinityConfig") && fields.contains("timeoutSeconds"))
            #expect(try await kubectl("api-versions").contains("discovery.k8s.io/v1\n"))
        }
    }

    @Test("Watches, waits and the proxy work", arguments: kubectls)
    func streams(program: String) async throws {
        try await TestServer.with { server in
            try await fill(server)
            let kubectl = try Kubectl(program, server)
            let watched = try await kubectl.shell(
                "(sleep 1; $kubectl label svc lb a=b >/dev/null; $kubectl delete svc node >/dev/null) & "
                    + "timeout 4 $kubectl get svc lb --watch -o name; wait")
            #expect(watched == "service/lb\nservice/lb\n")
            let table = rows(
                try await kubectl.shell(
                    "(sleep 1; $kubectl delete svc external >/dev/null) & "
                        + "timeout 4 $kubectl get svc -l name=external --watch; wait"))
            #expect(
                table == ["NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE"]
                    + (0..<2).map { _ in
                        "external ClusterIP 10.96.0.22 192.0.2.1,192.0.2.2 80/TCP AGE"
                    })
            let waited = try await kubectl.shell(
                "(sleep 1; $kubectl delete svc lb >/dev/null) & "
                    + "$kubectl wait --for=delete svc/lb --timeout=15s; echo $?; wait")
            #expect(waited == "service/lb condition met\n0\n")
            let proxied = try await kubectl.shell(
                """
                $kubectl proxy --port=0 > "$HOME/proxy" & pid=$!
                for i in 1 2 3 4 5 6 7 8 9 10; do grep -q serve "$HOME/proxy" && break; sleep 0.3; done
                address=$(sed 's/.* on //' "$HOME/proxy")
                curl -sS "http://$address/api/v1/namespaces/default/services/cluster?pretty=0"
                kill $pid
                """)
            #expect(proxied.contains("\"clusterIP\":\"10.96.0.21\""), "\(proxied)")
        }
    }
}
