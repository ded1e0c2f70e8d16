/// v1 Service, complete. Values are held as the API spells them, so that validation can quote what it refuses;
/// "", [] and nil mean "not set".
package struct Service: Equatable, Sendable {
    private struct Content: Equatable, Sendable {
        var metadata: ObjectMeta
        var spec: ServiceSpec
        var status: ServiceStatus
    }

    @CopyOnWrite private var content: Content

    package var metadata: ObjectMeta {
        _read { yield content.metadata }
        _modify { yield &content.metadata }
    }
    package var spec: ServiceSpec {
        _read { yield content.spec }
        _modify { yield &content.spec }
    }
    package var status: ServiceStatus {
        _read { yield content.status }
        _modify { yield &content.status }
    }

    package init(metadata: ObjectMeta, spec: ServiceSpec, status: ServiceStatus = ServiceStatus()) {
        content = Content(metadata: metadata, spec: spec, status: status)
    }
}

/// `spec.type`.
package struct ServiceType: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let unset = ServiceType(rawValue: "")
    package static let clusterIP = ServiceType(rawValue: "ClusterIP")
    package static let nodePort = ServiceType(rawValue: "NodePort")
    package static let loadBalancer = ServiceType(rawValue: "LoadBalancer")
    package static let externalName = ServiceType(rawValue: "ExternalName")
}

/// `spec.internalTrafficPolicy` and `spec.externalTrafficPolicy`.
package struct TrafficPolicy: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let unset = TrafficPolicy(rawValue: "")
    package static let cluster = TrafficPolicy(rawValue: "Cluster")
    package static let local = TrafficPolicy(rawValue: "Local")
}

/// `spec` of a Service, field by field as in the API.
package struct ServiceSpec: Equatable, Sendable {
    package var ports: [ServicePort] = []
    /// nil: no controller looks after the endpoints.
    package var selector: [String: String]?
    /// "None" for a headless Service.
    package var clusterIP = ""
    package var clusterIPs: [String] = []
    package var type = ServiceType.unset
    package var externalIPs: [String] = []
    /// "None" or "ClientIP".
    package var sessionAffinity = ""
    package var loadBalancerIP = ""
    package var loadBalancerSourceRanges: [String] = []
    package var externalName = ""
    package var externalTrafficPolicy = TrafficPolicy.unset
    package var healthCheckNodePort: Int64 = 0
    package var publishNotReadyAddresses = false
    package var sessionAffinityConfig: SessionAffinityConfig?
    /// "IPv4" and "IPv6".
    package var ipFamilies: [String] = []
    /// "SingleStack", "PreferDualStack" or "RequireDualStack".
    package var ipFamilyPolicy: String?
    package var allocateLoadBalancerNodePorts: Bool?
    package var loadBalancerClass: String?
    /// nil: not set, unlike a text that is empty.
    package var internalTrafficPolicy: TrafficPolicy?
    package var trafficDistribution: String?

    package init() {}
}

/// `spec.ports[]`.
package struct ServicePort: Equatable, Sendable {
    package var name = ""
    /// "TCP", "UDP" or "SCTP".
    package var `protocol` = ""
    package var appProtocol: String?
    package var port: Int64 = 0
    package var targetPort = IntOrString.integer(0)
    package var nodePort: Int64 = 0

    package init() {}

    package init(
        name: String = "", protocol: String = "TCP", port: Int64, targetPort: IntOrString? = nil
    ) {
        self.name = name
        self.protocol = `protocol`
        self.port = port
        self.targetPort = targetPort ?? .integer(port)
    }
}

/// A number or a name, such as a targetPort.
package enum IntOrString: Equatable, Sendable, CustomStringConvertible {
    case integer(Int64)
    case string(String)

    package var description: String {
        switch self {
        case .integer(let value): String(value)
        case .string(let value): value
        }
    }
}

/// `spec.sessionAffinityConfig`.
package struct SessionAffinityConfig: Equatable, Sendable {
    /// `clientIP`; nil if absent.
    package var clientIP: ClientIPConfig?

    package init(clientIP: ClientIPConfig?) { self.clientIP = clientIP }

    package struct ClientIPConfig: Equatable, Sendable {
        package var timeoutSeconds: Int64?
        package init(timeoutSeconds: Int64?) { self.timeoutSeconds = timeoutSeconds }
    }
}

/// `status` of a Service.
package struct ServiceStatus: Equatable, Sendable {
    /// `loadBalancer.ingress`.
    package var ingress: [LoadBalancerIngress] = []
    package var conditions: [Condition] = []

    package init() {}
}

/// `status.loadBalancer.ingress[]`.
package struct LoadBalancerIngress: Equatable, Sendable {
    package var ip = ""
    package var hostname = ""
    /// "VIP" or "Proxy"; nil where there is no ip.
    package var ipMode: String?
    package var ports: [PortStatus] = []

    package init(ip: String = "", hostname: String = "", ipMode: String? = nil) {
        self.ip = ip
        self.hostname = hostname
        self.ipMode = ipMode
    }

    /// `ports[]`.
    package struct PortStatus: Equatable, Sendable {
        package var port: Int64
        package var `protocol`: String
        package var error: String?

        package init(port: Int64, protocol: String, error: String? = nil) {
            self.port = port
            self.protocol = `protocol`
            self.error = error
        }
    }
}

/// meta/v1 Condition; Pods and Nodes use the first fields of it.
package struct Condition: Equatable, Sendable {
    package var type: String
    /// "True", "False" or "Unknown".
    package var status: String
    package var observedGeneration: Int64?
    /// RFC 3339 text.
    package var lastTransitionTime: String?
    package var reason: String
    package var message: String

    package init(
        type: String, status: String, observedGeneration: Int64? = nil,
        lastTransitionTime: String? = nil, reason: String = "", message: String = ""
    ) {
        self.type = type
        self.status = status
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}
