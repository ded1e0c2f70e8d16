import Addresses
import Testing

@testable import KubeAPI

@Suite("A Service before it is stored")
struct ServicePreparationTests {
    static func service(
        _ type: ServiceType = .clusterIP, _ change: (inout ServiceSpec) -> Void = { _ in }
    ) -> Service {
        var spec = ServiceSpec()
        spec.type = type
        spec.selector = ["app": "web"]
        spec.ports = [ServicePort(name: "http", port: 80)]
        if spec.takesClusterIPs {
            spec.clusterIP = "10.96.0.9"
            spec.clusterIPs = ["10.96.0.9"]
            spec.ipFamilies = ["IPv4"]
            spec.ipFamilyPolicy = "SingleStack"
        }
        if spec.mayHaveNodePorts { spec.ports[0].nodePort = 30080 }
        change(&spec)
        var service = Service(metadata: ObjectMeta(name: "web", namespace: "shop"), spec: spec)
        ServiceRules.applyDefaults(&service)
        return service
    }

    static func updated(_ old: Service, _ change: (inout ServiceSpec) -> Void) -> Service {
        var service = old
        change(&service.spec)
        ServiceRules.prepareForUpdate(&service, replacing: old)
        return service
    }

    @Test("gets the defaults that need no cluster")
    func defaults() {
        var service = Service(metadata: ObjectMeta(name: "a"), spec: ServiceSpec())
        service.spec.ports = [ServicePort(json: ["port": 80])]
        service.spec.selector = [:]
        service.spec.clusterIP = "10.96.0.9"
        service.status.ingress = [LoadBalancerIngress(ip: "1.2.3.4")]
        ServiceRules.prepareForCreate(&service)
        let spec = service.spec
        #expect(spec.type == .clusterIP && spec.sessionAffinity == "None")
        #expect(spec.ports == [ServicePort(port: 80)])
        #expect(spec.internalTrafficPolicy == .cluster && spec.externalTrafficPolicy == .unset)
        #expect(spec.clusterIPs == ["10.96.0.9"] && spec.selector == nil)
        #expect(service.status == ServiceStatus())
        let once = service
        ServiceRules.prepareForCreate(&service)
        #expect(service == once)
    }

    @Test("gets the defaults of its type")
    func typeDefaults() {
        let balanced = Self.service(.loadBalancer).spec
        #expect(balanced.allocateLoadBalancerNodePorts == true)
        #expect(balanced.externalTrafficPolicy == .cluster)
        #expect(Self.service(.nodePort).spec.externalTrafficPolicy == .cluster)
        #expect(
            Self.service { $0.externalIPs = ["192.0.2.1"] }.spec.externalTrafficPolicy == .cluster)
        let named = Self.service(.externalName).spec
        #expect(named.internalTrafficPolicy == nil && named.externalTrafficPolicy == .unset)
        let sticky = Self.service { $0.sessionAffinity = "ClientIP" }.spec
        #expect(sticky.sessionAffinityConfig?.clientIP?.timeoutSeconds == 10800)
    }

    @Test("keeps what the server chose and the client left out")
    func patchingIn() {
        let old = Self.service(.nodePort) {
            $0.ports.append(ServicePort(name: "metrics", port: 90))
            $0.ports[1].nodePort = 30090
        }
        let new = Self.updated(old) {
            $0.clusterIP = ""
            $0.clusterIPs = []
            $0.ports = [
                ServicePort(name: "metrics", port: 91), ServicePort(name: "http", port: 80),
                ServicePort(name: "more", port: 99),
            ]
        }
        #expect(new.spec.clusterIP == "10.96.0.9" && new.spec.clusterIPs == ["10.96.0.9"])
        #expect(new.spec.ports.map(\.nodePort) == [30090, 30080, 0])
        let moved = Self.updated(old) {
            $0.ports[0].nodePort = 0
            $0.ports[1].nodePort = 30080
        }
        #expect(moved.spec.ports.map(\.nodePort) == [0, 30080])
    }

    @Test("keeps no traffic policy as an ExternalName")
    func externalNameHasNoPolicy() {
        for policy in [TrafficPolicy.cluster, .local] {
            let old = Self.service { $0.internalTrafficPolicy = policy }
            let new = Self.updated(old) {
                $0.type = .externalName
                $0.externalName = "web.example.org"
            }
            #expect(new.spec.internalTrafficPolicy == nil)
        }
    }

    @Test("follows a client that knows only clusterIP")
    func singularClient() {
        let new = Self.updated(Self.service()) { $0.clusterIP = "10.96.0.10" }
        #expect(new.spec.clusterIPs == ["10.96.0.10"])
        let none = Self.updated(Self.service(.externalName) { $0.externalName = "a.b" }) {
            $0.type = .clusterIP
            $0.clusterIP = "10.96.0.10"
        }
        #expect(none.spec.clusterIPs == ["10.96.0.10"])
    }

    @Test("loses what its new type has no use for")
    func clearing() {
        let old = Self.service(.loadBalancer) {
            $0.externalTrafficPolicy = .local
            $0.healthCheckNodePort = 30070
            $0.loadBalancerClass = "a/b"
        }
        var shown = old
        shown.status.ingress = [LoadBalancerIngress(ip: "192.0.2.1", ipMode: "VIP")]
        let cluster = Self.updated(shown) { $0.type = .clusterIP }
        #expect(cluster.spec.ports[0].nodePort == 0 && cluster.spec.healthCheckNodePort == 0)
        #expect(cluster.spec.allocateLoadBalancerNodePorts == nil)
        #expect(cluster.spec.loadBalancerClass == nil)
        #expect(cluster.spec.externalTrafficPolicy == .unset)
        #expect(cluster.spec.clusterIP == "10.96.0.9" && cluster.status.ingress.isEmpty)
        let name = Self.updated(shown) {
            $0.type = .externalName
            $0.externalName = "a.example.com"
        }
        #expect(name.spec.clusterIP.isEmpty && name.spec.clusterIPs.isEmpty)
        #expect(name.spec.ipFamilies.isEmpty && name.spec.ipFamilyPolicy == nil)
        let kept = Self.updated(shown) { $0.sessionAffinity = "ClientIP" }
        #expect(kept.status == shown.status)
        let asked = Self.updated(old) {
            $0.type = .clusterIP
            $0.ports[0].nodePort = 30081
        }
        #expect(asked.spec.ports[0].nodePort == 30081)
    }

    @Test("written through its status keeps its spec")
    func statusWrite() {
        let old = Self.service(.loadBalancer)
        var new = old
        new.spec.ports = []
        new.status.ingress = [LoadBalancerIngress(ip: "192.0.2.1")]
        ServiceRules.prepareForStatusUpdate(&new, replacing: old)
        #expect(new.spec == old.spec)
        #expect(new.status.ingress.map(\.ipMode) == ["VIP"])
        #expect(ServiceRules.statusUpdateErrors(new, replacing: old).isEmpty)
    }

    static let context = ServiceValidationContext()

    static let refused: [(Service, String)] = [
        (service { $0.ports = [] }, "spec.ports: Required value"),
        (
            service { $0.type = ServiceType(rawValue: "X") },
            "spec.type: Unsupported value: \"X\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\""
        ),
        (service { $0.clusterIPs = [] }, "spec.clusterIPs: Required value"),
        (
            service { $0.clusterIPs = ["10.96.0.8"] },
            "spec.clusterIPs: Invalid value: [\"10.96.0.8\"]: first value must match `clusterIP`"
        ),
        (
            service(.nodePort) { ($0.clusterIP, $0.clusterIPs) = ("None", ["None"]) },
            "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"
        ),
        (
            service { $0.ports[0].nodePort = 30080 },
            "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"
        ),
        (
            service { $0.ports[0].port = 0 },
            "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"
        ),
        (
            service { $0.ports[0].targetPort = .string("a b") },
            "spec.ports[0].targetPort: Invalid value: \"a b\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        ),
        (
            service { $0.ports.append(ServicePort(name: "b", port: 80)) },
            "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}"
        ),
        (
            service { $0.externalIPs = ["127.0.0.1"] },
            "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"
        ),
        (
            service { $0.loadBalancerSourceRanges = ["10.0.0.0/8"] },
            "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"
        ),
        (
            service { $0.loadBalancerClass = "a" },
            "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"
        ),
        (
            service { $0.healthCheckNodePort = 30070 },
            "spec.healthCheckNodePort: Invalid value: 30070: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        ),
        (
            service { $0.externalTrafficPolicy = .local },
            "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services"
        ),
        (
            service { $0.internalTrafficPolicy = TrafficPolicy(rawValue: "X") },
            "spec.internalTrafficPolicy: Unsupported value: \"X\": supported values: \"Cluster\", \"Local\""
        ),
        (service(.externalName), "spec.externalName: Required value"),
        (
            service { $0.trafficDistribution = "X" },
            "spec.trafficDistribution: Unsupported value: \"X\": supported values: \"PreferClose\", \"PreferSameNode\", \"PreferSameZone\""
        ),
    ]

    @Test("is refused with these words", arguments: refused)
    func words(_ service: Service, _ text: String) {
        #expect(ServiceRules.createErrors(service, Self.context).map(\.description) == [text])
    }

    @Test("that changes what may not change is refused")
    func immutable() {
        let old = Self.service()
        var other = old
        (other.spec.clusterIP, other.spec.clusterIPs) = ("10.96.0.10", ["10.96.0.10"])
        other.metadata.uid = "u"
        #expect(
            ServiceRules.updateErrors(other, replacing: old, Self.context).map(\.description) == [
                "metadata.uid: Invalid value: \"u\": field is immutable",
                "spec.clusterIPs[0]: Invalid value: [\"10.96.0.10\"]: may not change once set",
            ])
    }

    @Test("may be accepted with warnings")
    func warnings() {
        let headless = Self.service {
            ($0.clusterIP, $0.clusterIPs) = ("None", ["None"])
            $0.externalIPs = ["192.0.2.1"]
            $0.loadBalancerIP = "FD00::1"
            $0.sessionAffinity = "ClientIP"
        }
        #expect(
            ServiceRules.warnings(headless) == [
                "spec.loadBalancerIP is ignored for headless services",
                "spec.externalIPs is ignored for headless services",
                "spec.SessionAffinity is ignored for headless services",
                "spec.loadBalancerIP: IPv6 address \"FD00::1\" should be in RFC 5952 canonical format (\"fd00::1\")",
            ])
        #expect(
            ServiceRules.warnings(Self.service { $0.externalIPs = ["192.0.2.1"] }) == [
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
            ])
        #expect(ServiceRules.warnings(Self.service()).isEmpty)
    }
}
