import Addresses
import Testing

@testable import KubeAPI

/// Rules of a Service that few writes meet.
@Suite("The rules of a Service, to the letter")
struct ServiceRuleTests {
    private static func service(
        _ type: ServiceType = .clusterIP, _ change: (inout ServiceSpec) -> Void = { _ in }
    ) -> Service {
        ServicePreparationTests.service(type, change)
    }

    @Test("an internalTrafficPolicy that was given is checked, whatever the type")
    func internalTrafficPolicy() {
        for (type, text, errors) in [
            (ServiceType.clusterIP, "", 1), (.clusterIP, "Local", 0), (.externalName, "X", 1),
            (.externalName, "", 1), (.externalName, "Local", 0),
        ] {
            var json = Self.service(type) { $0.externalName = "a.example" }.json
            json["spec"]?["internalTrafficPolicy"] = .string(text)
            var service = Service(json: json)
            ServiceRules.prepareForCreate(&service)
            let found = ServiceRules.createErrors(service).map(\.path.description)
            #expect(
                found == Array(repeating: "spec.internalTrafficPolicy", count: errors),
                "\(type.rawValue) \(text)")
        }
    }

    static let lists: [([String], [String])] = [
        (["10.96.0.9", "fd00::9"], []),
        (
            ["10.96.0.9", "10.96.0.8"],
            ["spec.clusterIPs: may specify no more than one IP for each IP family"]
        ),
        (["10.96.0.9", "fd00::9", "10.96.0.8"], ["spec.clusterIPs: may only hold up to 2 values"]),
        (
            ["None", "10.96.0.8"],
            ["spec.clusterIPs: 'None' must be the first and only value"]
        ),
        (
            ["10.96.0.9", "None"],
            [
                "spec.clusterIPs[1]: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            ]
        ),
        (
            ["10.96.0.9", "::ffff:10.96.0.8"],
            ["spec.clusterIPs[1]: must not be an IPv4-mapped IPv6 address"]
        ),
    ]

    @Test("clusterIPs holds one address a family, or None", arguments: lists)
    func addressLists(_ texts: [String], _ errors: [String]) {
        let service = Self.service {
            ($0.clusterIP, $0.clusterIPs, $0.ipFamilies) = (texts[0], texts, [])
            $0.ipFamilyPolicy = "PreferDualStack"
        }
        let found = ServiceRules.createErrors(service).map { "\($0.path): \($0.detail)" }
        #expect(found == errors)
    }

    static let finalizerLists: [([String], [String])] = [
        (["example.com/a", "kubernetes", "foregroundDeletion"], []),
        (["orphan", "foregroundDeletion"], ["metadata.finalizers"]),
        (["mine"], ["metadata.finalizers[0]"]), (["orphan", "a/b/c"], ["metadata.finalizers"]),
    ]

    @Test("finalizers are qualified names or Kubernetes' own", arguments: finalizerLists)
    func finalizers(_ names: [String], _ paths: [String]) {
        var new = Self.service()
        let old = new
        new.metadata.finalizers = names
        #expect(ServiceRules.createErrors(new).map(\.path.description) == paths)
        #expect(ServiceRules.updateErrors(new, replacing: old).map(\.path.description) == paths)
    }

    @Test("a name may begin with a digit, unless the gate is off")
    func names() {
        var service = Self.service()
        service.metadata.name = "1web"
        #expect(ServiceRules.createErrors(service).isEmpty)
        var context = ServiceValidationContext()
        context.gates.relaxedServiceNameValidation = false
        let errors = ServiceRules.createErrors(service, context)
        #expect(errors.map(\.path.description) == ["metadata.name"])
        #expect(errors.first?.detail.hasPrefix("a DNS-1035 label must consist of") == true)
        // Only a create is checked.
        #expect(ServiceRules.updateErrors(service, replacing: service, context).isEmpty)
    }

    static let warned: [(String, [String])] = [
        ("10.0.0.0/8", []), (" 10.0.0.0/8", []),
        (
            "FD00::/8",
            [
                "spec.loadBalancerSourceRanges[0]: IPv6 CIDR value \"FD00::/8\" should be in RFC 5952 canonical format (\"fd00::/8\")"
            ]
        ),
        (
            "010.0.0.0/8",
            [
                "spec.loadBalancerSourceRanges[0]: non-standard CIDR value \"010.0.0.0/8\" is invalid: use \"10.0.0.0/8\""
            ]
        ),
        (
            "10.1.2.3/8",
            [
                "spec.loadBalancerSourceRanges[0]: CIDR value \"10.1.2.3/8\" is ambiguous in this context (should be \"10.0.0.0/8\" or \"10.1.2.3/32\"?)"
            ]
        ),
    ]

    @Test("source ranges of another form are warned about", arguments: warned)
    func warnedRanges(_ range: String, _ warnings: [String]) {
        let service = Self.service(.loadBalancer) { $0.loadBalancerSourceRanges = [range] }
        #expect(ServiceRules.warnings(service) == warnings)
        // What an older version stored stays acceptable.
        #expect(ServiceRules.updateErrors(service, replacing: service).isEmpty)
    }

    @Test("values that were stored stay acceptable, new ones of their form do not")
    func storedValues() {
        let old = Self.service(.loadBalancer) {
            $0.externalIPs = ["192.0.2.07"]
            $0.loadBalancerSourceRanges = ["010.0.0.0/8"]
        }
        var new = old
        new.spec.externalIPs.append("198.51.100.08")
        new.spec.loadBalancerSourceRanges.append("011.0.0.0/8")
        #expect(
            ServiceRules.updateErrors(new, replacing: old).map(\.path.description) == [
                "spec.externalIPs[1]", "spec.LoadBalancerSourceRanges[1]",
            ])
        var lenient = ServiceValidationContext()
        lenient.gates.strictIPCIDRValidation = false
        #expect(ServiceRules.updateErrors(new, replacing: old, lenient).isEmpty)
    }

    static let ingresses: [(LoadBalancerIngress, [String])] = [
        (LoadBalancerIngress(ip: "192.0.2.1", ipMode: "VIP"), []),
        (LoadBalancerIngress(ip: "192.0.2.1", ipMode: "Proxy"), []),
        (
            LoadBalancerIngress(ip: "192.0.2.1"),
            ["ipMode: Required value: must be specified when `ip` is set"]
        ),
        (
            LoadBalancerIngress(ip: "192.0.2.1", ipMode: "X"),
            ["ipMode: Unsupported value: \"X\": supported values: \"Proxy\", \"VIP\""]
        ),
        (
            LoadBalancerIngress(hostname: "lb.example", ipMode: "VIP"),
            ["ipMode: Forbidden: may not be specified when `ip` is not set"]
        ),
        (
            LoadBalancerIngress(ip: "192.0.2.01", ipMode: "VIP"),
            ["ip: Invalid value: \"192.0.2.01\": must not have leading 0s"]
        ),
        (
            LoadBalancerIngress(hostname: "192.0.2.1"),
            ["hostname: Invalid value: \"192.0.2.1\": must be a DNS name, not an IP address"]
        ),
    ]

    @Test("an ingress has an address with a mode, or a name", arguments: ingresses)
    func ingress(_ ingress: LoadBalancerIngress, _ errors: [String]) {
        let old = Self.service(.loadBalancer)
        var new = old
        new.status.ingress = [ingress]
        #expect(
            ServiceRules.statusUpdateErrors(new, replacing: old).map(\.description)
                == errors.map { "status.loadBalancer.ingress[0].\($0)" })
        // An unchanged address stays acceptable.
        if ingress.ip == "192.0.2.01" {
            #expect(ServiceRules.statusUpdateErrors(new, replacing: new).isEmpty)
        }
        var plain = new
        plain.spec = Self.service().spec
        #expect(
            ServiceRules.statusUpdateErrors(plain, replacing: plain).map(\.description) == [
                "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"
            ])
    }

    @Test("addresses are read as Kubernetes' components read them")
    func addressReading() {
        #expect(IPAddress(kubernetes: "010.096.000.044") == IPAddress("10.96.0.44"))
        #expect(IPAddress(kubernetes: "::ffff:10.96.0.44") == IPAddress("10.96.0.44"))
        #expect(IPAddress(kubernetes: "fd00::1") == IPAddress("fd00::1"))
        #expect(IPAddress(kubernetes: "10.96.0") == nil)
    }

    @Test("feature gates are read by Kubernetes' names")
    func gates() throws {
        let gates = try FeatureGates(
            parsing: "StrictIPCIDRValidation=false,RelaxedServiceNameValidation=TRUE")
        #expect(!gates.strictIPCIDRValidation && gates.relaxedServiceNameValidation)
        #expect(try FeatureGates(parsing: "") == FeatureGates())
        #expect(throws: FeatureGateError.unknown("X")) { try FeatureGates(parsing: "X=true") }
        #expect(throws: FeatureGateError.notBoolean("StrictIPCIDRValidation=1")) {
            try FeatureGates(parsing: "StrictIPCIDRValidation=1")
        }
    }
}
