import Addresses
import KubeAPI
import Testing

@testable import Pods

@Suite struct PodTextTests {
    /// As third_party/forked/golang/expansion of Kubernetes has it.
    @Test(arguments: [
        ("$(POD_IP)", "10.244.0.7"), ("--bind=$(POD_IP):80", "--bind=10.244.0.7:80"),
        ("$(POD_IP)$(NAME)", "10.244.0.7web"), ("$$(POD_IP)", "$(POD_IP)"),
        ("$$$(POD_IP)", "$10.244.0.7"), ("$(MISSING)", "$(MISSING)"), ("$POD_IP", "$POD_IP"),
        ("$", "$"), ("$(POD_IP", "$(POD_IP"), ("a$", "a$"), ("$()", "$()"), ("ü$(NAME)", "üweb"),
        ("$(NAME", "$(NAME"), ("", ""), ("$$", "$"), ("$(A)$$(B)", "$(A)$(B)"),
    ])
    func variablesAreExpandedAsKubernetesDoesIt(text: String, expected: String) {
        let variables = ["POD_IP": "10.244.0.7", "NAME": "web"]
        #expect(VariableExpansion.expand(text, variables) == expected)
    }

    @Test func randomTextsExpandWithoutTrap() {
        var state: UInt64 = 3
        for _ in 0..<5000 {
            let bytes = (0..<12).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Array("$$()AB\u{80}".utf8)[Int(state >> 33) % 7]
            }
            _ = VariableExpansion.expand(String(decoding: bytes, as: UTF8.self), ["A": "$(B)"])
        }
    }

    func service(
        _ name: String, _ namespace: String, _ clusterIP: String, _ ports: [ServicePort]
    ) -> Service {
        var spec = ServiceSpec()
        spec.clusterIP = clusterIP
        spec.ports = ports
        return Service(metadata: ObjectMeta(name: name, namespace: namespace), spec: spec)
    }

    @Test func servicesBecomeTheVariablesOfAKubelet() {
        let services = [
            service(
                "my-database", "shop", "10.96.0.20",
                [
                    ServicePort(name: "sql", port: 3306),
                    ServicePort(name: "dns-x", protocol: "UDP", port: 53),
                ]),
            service("kubernetes", "default", "10.96.0.1", [ServicePort(name: "https", port: 443)]),
            service("other", "default", "10.96.0.9", [ServicePort(port: 1)]),
            service("headless", "shop", "None", [ServicePort(port: 1)]),
            service("external", "shop", "", [ServicePort(port: 1)]),
            service("six", "shop", "fd00::5", [ServicePort(port: 80)]),
        ]
        let variables = ServiceEnvironment.variables(services, namespace: "shop")
        let expected = """
            KUBERNETES_PORT=tcp://10.96.0.1:443
            KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443
            KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1
            KUBERNETES_PORT_443_TCP_PORT=443
            KUBERNETES_PORT_443_TCP_PROTO=tcp
            KUBERNETES_SERVICE_HOST=10.96.0.1
            KUBERNETES_SERVICE_PORT=443
            KUBERNETES_SERVICE_PORT_HTTPS=443
            MY_DATABASE_PORT=tcp://10.96.0.20:3306
            MY_DATABASE_PORT_3306_TCP=tcp://10.96.0.20:3306
            MY_DATABASE_PORT_3306_TCP_ADDR=10.96.0.20
            MY_DATABASE_PORT_3306_TCP_PORT=3306
            MY_DATABASE_PORT_3306_TCP_PROTO=tcp
            MY_DATABASE_PORT_53_UDP=udp://10.96.0.20:53
            MY_DATABASE_PORT_53_UDP_ADDR=10.96.0.20
            MY_DATABASE_PORT_53_UDP_PORT=53
            MY_DATABASE_PORT_53_UDP_PROTO=udp
            MY_DATABASE_SERVICE_HOST=10.96.0.20
            MY_DATABASE_SERVICE_PORT=3306
            MY_DATABASE_SERVICE_PORT_DNS_X=53
            MY_DATABASE_SERVICE_PORT_SQL=3306
            SIX_PORT=tcp://[fd00::5]:80
            SIX_PORT_80_TCP=tcp://[fd00::5]:80
            SIX_PORT_80_TCP_ADDR=fd00::5
            SIX_PORT_80_TCP_PORT=80
            SIX_PORT_80_TCP_PROTO=tcp
            SIX_SERVICE_HOST=fd00::5
            SIX_SERVICE_PORT=80
            """
        let lines = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test func aNamespacesOwnServiceNamedKubernetesComesFirst() {
        let services = [
            service("kubernetes", "default", "10.96.0.1", [ServicePort(port: 443)]),
            service("kubernetes", "shop", "10.96.0.7", [ServicePort(port: 80)]),
        ]
        for list in [services, services.reversed()] {
            let variables = ServiceEnvironment.variables(list, namespace: "shop")
            #expect(variables["KUBERNETES_SERVICE_HOST"] == "10.96.0.7")
        }
    }

    @Test func theResolverSearchesTheClusterBeforeTheHostsDomains() {
        let text = ResolverText.text(
            nameservers: [IPAddress("10.96.0.10")!], namespace: "shop", domain: "cluster.local",
            hostText:
                "# x\nnameserver 192.0.2.1\nsearch a.example\nsearch corp.example  cluster.local .\n"
        )
        #expect(
            text == """
                nameserver 10.96.0.10
                search shop.svc.cluster.local svc.cluster.local cluster.local corp.example
                options ndots:5

                """)
    }

    @Test func linesAreWholeWhateverThePieces() {
        let text = "first\n\nsecond\r\nthird without an end"
        for size in 1...9 {
            var lines = LineAssembler()
            var seen: [String] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                seen += lines.take(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            seen += lines.finish().map { [$0] } ?? []
            #expect(seen == ["first", "", "second", "third without an end"])
        }
    }

    @Test func aLineWithoutEndDoesNotGrowForEver() {
        var lines = LineAssembler()
        let given = lines.take(Array(repeating: 65, count: LineAssembler.limit + 5))
        #expect(given.map(\.count) == [LineAssembler.limit + 5])
        let rest = lines.finish()
        #expect(rest == nil)
    }

    @Test(arguments: [
        (["/usr/bin/python3", "-m", "http.server"], "python3"), (["My_App.sh"], "my-app-sh"),
        (["--"], "pod"), ([], "pod"), (["./-x-"], "x"),
    ])
    func aProgramGivesItsPodsTheirName(command: [String], expected: String) {
        #expect(PodName.base(forCommand: command) == expected)
    }

    @Test func backoffIsAKubelets() {
        var backoff = RestartBackoff()
        let seconds = (0..<9).map { _ in backoff.delay(after: .seconds(1)).components.seconds }
        #expect(seconds == [0, 10, 20, 40, 80, 160, 300, 300, 300])
        #expect(backoff.restarts == 9)
        let afterALongRun = backoff.delay(after: .seconds(600))
        #expect(afterALongRun == .zero)
    }
}
