package import Addresses

/// What validation must know about the cluster.
package struct ServiceValidationContext: Sendable {
    /// Pod CIDRs inside 127.0.0.0/8 or ::1: where endpoints may have loopback addresses. Empty with privilege.
    package var loopbackPodCIDRs: [IPPrefix]
    package var gates: FeatureGates

    package init(loopbackPodCIDRs: [IPPrefix] = [], gates: FeatureGates = FeatureGates()) {
        self.loopbackPodCIDRs = loopbackPodCIDRs
        self.gates = gates
    }
}

/// The rules of v1 Service, as pure functions. A write passes through them in this order: `prepareForCreate`,
/// `prepareForUpdate` or `prepareForStatusUpdate`; the allocation of addresses and ports, which completes
/// ipFamilies, clusterIPs and nodePorts; the `…Errors` of the same operation; `warnings`.
/// Source: Kubernetes 1.36, pkg/apis/core/validation and pkg/registry/core/service.
package enum ServiceRules {
    static let spec: FieldPath = "spec"

    /// What is wrong with a new Service.
    package static func createErrors(
        _ service: Service, _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        let form: MetadataRules.NameForm =
            context.gates.relaxedServiceNameValidation ? .dnsLabel : .elderDNSLabel
        return MetadataRules.createErrors(service.metadata, form, isNamespaced: true)
            + errors(service, replacing: nil, context)
    }

    /// What is wrong with a Service that replaces `old`. Texts of addresses that `old` has already are accepted
    /// whatever their form.
    package static func updateErrors(
        _ service: Service, replacing old: Service,
        _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        MetadataRules.updateErrors(service.metadata, replacing: old.metadata)
            + clusterIPChangeErrors(service.spec, replacing: old.spec)
            + ipFamilyChangeErrors(service.spec, replacing: old.spec)
            + loadBalancerClassChangeErrors(service.spec, replacing: old.spec)
            + healthCheckChangeErrors(service.spec, replacing: old.spec)
            + errors(service, replacing: old, context)
    }

    /// What is wrong with a write to `status`.
    package static func statusUpdateErrors(
        _ service: Service, replacing old: Service,
        _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        MetadataRules.updateErrors(service.metadata, replacing: old.metadata)
            + statusErrors(service, replacing: old, context.gates)
    }

    private static func errors(
        _ service: Service, replacing old: Service?, _ context: ServiceValidationContext
    ) -> [FieldError] {
        let spec = service.spec
        let gates = context.gates
        return topologyAnnotationErrors(service.metadata)
            + typeDependentErrors(spec)
            + portErrors(spec)
            + MetadataRules.labelErrors(spec.selector ?? [:], Self.spec.child("selector"))
            + sessionAffinityErrors(spec)
            + clusterIPErrors(spec, replacing: old?.spec, gates)
            + externalIPErrors(spec, replacing: old?.spec, gates)
            + typeErrors(spec)
            + nodePortErrors(spec)
            + duplicatePortErrors(spec)
            + sourceRangeErrors(service, replacing: old, gates)
            + nodePortAllocationErrors(spec)
            + loadBalancerClassErrors(spec)
            + trafficPolicyErrors(spec)
    }
}

extension ServiceSpec {
    /// `clusterIPs` is "None" alone.
    var isMarkedHeadless: Bool { clusterIPs == ["None"] }

    /// Reachable from outside the cluster, so that externalTrafficPolicy means something.
    var isExternallyAccessible: Bool {
        type == .loadBalancer || type == .nodePort || (type == .clusterIP && !externalIPs.isEmpty)
    }

    /// A type that has ClusterIPs ("None" counts).
    var takesClusterIPs: Bool {
        type == .clusterIP || type == .nodePort || type == .loadBalancer
    }

    /// A type that may have NodePorts.
    var mayHaveNodePorts: Bool { type == .nodePort || type == .loadBalancer }

    /// A type that gets NodePorts without asking for them.
    var getsNodePorts: Bool {
        type == .nodePort || (type == .loadBalancer && allocateLoadBalancerNodePorts != false)
    }

    /// LoadBalancer with traffic policy Local: load balancers ask each node for its endpoints.
    var takesHealthCheckNodePort: Bool {
        type == .loadBalancer && externalTrafficPolicy == .local
    }
}
