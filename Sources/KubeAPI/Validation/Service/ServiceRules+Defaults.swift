extension ServiceRules {
    /// Fills in what the API fills in without knowing the cluster. Twice is once.
    package static func applyDefaults(_ service: inout Service) {
        applySessionAffinityDefaults(&service.spec)
        if service.spec.selector?.isEmpty == true { service.spec.selector = nil }
        if service.spec.type == .unset { service.spec.type = .clusterIP }
        for index in service.spec.ports.indices { applyDefaults(&service.spec.ports[index]) }
        if service.spec.externalTrafficPolicy == .unset, service.spec.isExternallyAccessible {
            service.spec.externalTrafficPolicy = .cluster
        }
        // A right one is not kept; a wrong one is left for validation to refuse.
        if service.spec.type == .externalName, service.spec.internalTrafficPolicy?.isKnown == true {
            service.spec.internalTrafficPolicy = nil
        }
        if service.spec.internalTrafficPolicy == nil, service.spec.takesClusterIPs {
            service.spec.internalTrafficPolicy = .cluster
        }
        if service.spec.type == .loadBalancer { applyLoadBalancerDefaults(&service) }
    }

    private static func applySessionAffinityDefaults(_ spec: inout ServiceSpec) {
        if spec.sessionAffinity.isEmpty { spec.sessionAffinity = "None" }
        if spec.sessionAffinity == "None" { spec.sessionAffinityConfig = nil }
        if spec.sessionAffinity == "ClientIP",
            spec.sessionAffinityConfig?.clientIP?.timeoutSeconds == nil
        {
            spec.sessionAffinityConfig = SessionAffinityConfig(
                clientIP: .init(timeoutSeconds: defaultAffinitySeconds))
        }
    }

    /// Three hours.
    private static let defaultAffinitySeconds: Int64 = 10800

    private static func applyDefaults(_ port: inout ServicePort) {
        if port.protocol.isEmpty { port.protocol = "TCP" }
        if port.targetPort == .integer(0) || port.targetPort == .string("") {
            port.targetPort = .integer(port.port)
        }
    }

    private static func applyLoadBalancerDefaults(_ service: inout Service) {
        if service.spec.allocateLoadBalancerNodePorts == nil {
            service.spec.allocateLoadBalancerNodePorts = true
        }
        for (index, ingress) in service.status.ingress.enumerated()
        where !ingress.ip.isEmpty && ingress.ipMode == nil {
            service.status.ingress[index].ipMode = "VIP"
        }
    }
}
