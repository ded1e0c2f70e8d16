import Addresses
import KubeAPI

/// What a Service holds of the pools.
struct AllocatedValues: Equatable {
    var addresses: Set<IPAddress> = []
    /// NodePorts.
    var nodePorts: Set<Int64> = []
    /// nil: it has none.
    var healthCheckNodePort: Int64?

    var ports: Set<Int64> { nodePorts.union(healthCheckNodePort.map { [$0] } ?? []) }

    init(of service: Service) {
        let spec = service.spec
        if spec.hasClusterIPs {
            addresses = Set(spec.clusterIPs.compactMap { IPAddress(kubernetes: $0) })
        }
        if spec.hasNodePorts { nodePorts = Set(spec.ports.map(\.nodePort)).subtracting([0]) }
        if spec.healthCheckNodePort != 0 { healthCheckNodePort = spec.healthCheckNodePort }
    }
}

extension ServiceSpec {
    /// `clusterIP: None`.
    var isHeadless: Bool { clusterIP == "None" || clusterIPs.first == "None" }

    /// A ClusterIP, NodePort or LoadBalancer Service that is not headless.
    var hasClusterIPs: Bool { type != .externalName && !isHeadless }

    /// PreferDualStack or RequireDualStack.
    var isDualStack: Bool {
        ipFamilyPolicy == "PreferDualStack" || ipFamilyPolicy == "RequireDualStack"
    }

    /// A NodePort or LoadBalancer Service, also one that asks for no NodePorts.
    var hasNodePorts: Bool { type == .nodePort || type == .loadBalancer }

    /// Whether ports without a NodePort get one.
    var wantsNodePorts: Bool {
        type == .nodePort || type == .loadBalancer && allocateLoadBalancerNodePorts != false
    }

    /// Load balancers ask the node's health check port whether the node has endpoints.
    var needsHealthCheckNodePort: Bool {
        type == .loadBalancer && externalTrafficPolicy == .local
    }
}
