extension ServiceRules {
    /// Defaults a new Service; its status is not the client's to set.
    package static func prepareForCreate(_ service: inout Service) {
        service.status = ServiceStatus()
        applyDefaults(&service)
        if !service.spec.clusterIP.isEmpty, service.spec.clusterIPs.isEmpty {
            service.spec.clusterIPs = [service.spec.clusterIP]
        }
    }

    /// Defaults a Service that replaces `old`: what a client left out and the server once chose stays, what the
    /// new type has no use for goes (unless the client changed it), and the status is the old one.
    package static func prepareForUpdate(_ service: inout Service, replacing old: Service) {
        applyDefaults(&service)
        keepClusterIPs(&service.spec, from: old.spec)
        keepNodePorts(&service.spec, from: old.spec)
        clearUnused(&service.spec, replacing: old.spec)
        service.status = old.status
        if service.spec.type != .loadBalancer { service.status.ingress = [] }
    }

    /// A write to `status` leaves the spec as it is.
    package static func prepareForStatusUpdate(_ service: inout Service, replacing old: Service) {
        service.spec = old.spec
        applyDefaults(&service)
    }

    private static func keepClusterIPs(_ spec: inout ServiceSpec, from old: ServiceSpec) {
        if old.takesClusterIPs, spec.takesClusterIPs {
            if spec.clusterIP.isEmpty { spec.clusterIP = old.clusterIP }
            if spec.clusterIPs.isEmpty { spec.clusterIPs = old.clusterIPs }
        }
        // A client that knows only the singular changed it, or cleared it.
        if spec.clusterIP != old.clusterIP, spec.clusterIPs == old.clusterIPs {
            spec.clusterIPs = spec.clusterIP.isEmpty ? [] : [spec.clusterIP]
        }
    }

    /// NodePorts are kept by the name of their port, each once.
    private static func keepNodePorts(_ spec: inout ServiceSpec, from old: ServiceSpec) {
        if old.getsNodePorts, spec.getsNodePorts {
            var used = Set(old.ports.map(\.nodePort)).intersection(spec.ports.map(\.nodePort))
            used.insert(0)
            for (index, port) in spec.ports.enumerated() where port.nodePort == 0 {
                guard let kept = old.ports.last(where: { $0.name == port.name })?.nodePort,
                    used.insert(kept).inserted
                else { continue }
                spec.ports[index].nodePort = kept
            }
        }
        if old.takesHealthCheckNodePort, spec.takesHealthCheckNodePort,
            spec.healthCheckNodePort == 0
        {
            spec.healthCheckNodePort = old.healthCheckNodePort
        }
    }

    private static func clearUnused(_ spec: inout ServiceSpec, replacing old: ServiceSpec) {
        if old.takesClusterIPs, !spec.takesClusterIPs { clearClusterIPs(&spec, replacing: old) }
        if old.mayHaveNodePorts, !spec.mayHaveNodePorts,
            Set(spec.ports.map(\.nodePort)).subtracting([0]).isSubset(of: old.ports.map(\.nodePort))
        {
            for index in spec.ports.indices { spec.ports[index].nodePort = 0 }
        }
        if old.takesHealthCheckNodePort, !spec.takesHealthCheckNodePort,
            spec.healthCheckNodePort == old.healthCheckNodePort
        {
            spec.healthCheckNodePort = 0
        }
        if old.type == .loadBalancer, spec.type != .loadBalancer {
            if spec.allocateLoadBalancerNodePorts == old.allocateLoadBalancerNodePorts {
                spec.allocateLoadBalancerNodePorts = nil
            }
            if spec.loadBalancerClass == old.loadBalancerClass { spec.loadBalancerClass = nil }
        }
        if old.isExternallyAccessible, !spec.isExternallyAccessible,
            spec.externalTrafficPolicy == old.externalTrafficPolicy
        {
            spec.externalTrafficPolicy = .unset
        }
    }

    private static func clearClusterIPs(_ spec: inout ServiceSpec, replacing old: ServiceSpec) {
        if spec.clusterIP == old.clusterIP, spec.clusterIPs == old.clusterIPs {
            spec.clusterIP = ""
            spec.clusterIPs = []
        }
        if spec.ipFamilies == old.ipFamilies { spec.ipFamilies = [] }
        if spec.ipFamilyPolicy == old.ipFamilyPolicy { spec.ipFamilyPolicy = nil }
    }
}
