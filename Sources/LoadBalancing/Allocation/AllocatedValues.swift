import Addresses
import KubeAPI

/// What a Service holds of the pools.
struct AllocatedValues: Equatable {
    var addresses: Set<IPAddress> = []
    var ports: Set<Int64> = []

    init(of service: Service) {
        let spec = service.spec
        if spec.hasClusterIPs { addresses = Set(spec.clusterIPs.compactMap { IPAddress($0) }) }
        if spec.hasNodePorts { ports = Set(spec.ports.map(\.nodePort)) }
        ports.insert(spec.healthCheckNodePort)
        ports.remove(0)
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
