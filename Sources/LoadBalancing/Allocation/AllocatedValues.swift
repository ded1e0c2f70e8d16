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

    /// Takes over what a PUT left out and the old object has, so that applying a manifest twice changes nothing.
    /// Source: Kubernetes `patchAllocatedValues`.
    mutating func adoptAllocatedValues(of old: ServiceSpec) {
        if old.type != .externalName, type != .externalName {
            if clusterIP.isEmpty { clusterIP = old.clusterIP }
            if clusterIPs.isEmpty, clusterIP == old.clusterIP { clusterIPs = old.clusterIPs }
        }
        if old.wantsNodePorts, wantsNodePorts { adoptNodePorts(of: old) }
        if old.needsHealthCheckNodePort, needsHealthCheckNodePort, healthCheckNodePort == 0 {
            healthCheckNodePort = old.healthCheckNodePort
        }
    }

    private mutating func adoptNodePorts(of old: ServiceSpec) {
        var used = Set(old.ports.map(\.nodePort)).intersection(ports.map(\.nodePort))
        let byName = Dictionary(
            old.ports.map { ($0.name, $0.nodePort) }, uniquingKeysWith: { $1 })
        for index in ports.indices where ports[index].nodePort == 0 {
            guard let nodePort = byName[ports[index].name], !used.contains(nodePort) else {
                continue
            }
            ports[index].nodePort = nodePort
            used.insert(nodePort)
        }
    }

    /// Leaving the types that have NodePorts gives them up, unless the same write sets new ones (an error).
    mutating func dropNodePorts(of old: ServiceSpec) {
        guard old.hasNodePorts, !hasNodePorts,
            Set(ports.map(\.nodePort)).subtracting([0]).isSubset(of: old.ports.map(\.nodePort))
        else { return }
        for index in ports.indices { ports[index].nodePort = 0 }
    }
}
