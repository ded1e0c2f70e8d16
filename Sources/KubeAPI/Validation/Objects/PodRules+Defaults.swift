extension PodRules {
    /// Fills in what Kubernetes fills in, of the members that mean something here.
    package static func applyDefaults(_ pod: inout JSON) {
        var spec = pod["spec"] ?? [:]
        guard spec.object != nil else { return }
        spec.setDefault("restartPolicy", "Always")
        spec.setDefault("terminationGracePeriodSeconds", 30)
        spec.setDefault("dnsPolicy", "ClusterFirst")
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.array else { continue }
            spec[list] = .array(containers.map(containerWithDefaults))
        }
        pod["spec"] = spec
    }

    private static func containerWithDefaults(_ container: JSON) -> JSON {
        guard container.object != nil else { return container }
        var container = container
        if let ports = container["ports"]?.array {
            container["ports"] = .array(
                ports.map { port in
                    var port = port
                    if port.object != nil { port.setDefault("protocol", "TCP") }
                    return port
                })
        }
        for probe in ContainerRules.probes where container[probe]?.object != nil {
            var json = container[probe] ?? [:]
            json.setDefault("timeoutSeconds", 1)
            json.setDefault("periodSeconds", 10)
            json.setDefault("successThreshold", 1)
            json.setDefault("failureThreshold", 3)
            if var get = json["httpGet"], get.object != nil {
                get.setDefault("path", "/")
                get.setDefault("scheme", "HTTP")
                json["httpGet"] = get
            }
            container[probe] = json
        }
        return container
    }
}

extension JSON {
    /// Sets a member that is absent, null, "" or 0.
    mutating func setDefault(_ key: String, _ value: JSON) {
        switch self[key] {
        case .null, .string(""), .integer(0), nil: self[key] = value
        case .bool, .integer, .double, .string, .array, .object: break
        }
    }
}
