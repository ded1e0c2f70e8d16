extension Service: WritableKubeObject {
    package static var resource: Resource { .services }

    package init(json: JSON) {
        self.init(
            metadata: ObjectMeta(json: json["metadata"] ?? .null),
            spec: ServiceSpec(json: json["spec"] ?? .null),
            status: ServiceStatus(json: json["status"] ?? .null))
    }

    package var json: JSON {
        var members = Members(of: .services, metadata)
        members.set("spec", spec.json)
        members.set("status", status.json)
        return members.json
    }
}

extension ServiceSpec {
    package init(json: JSON) {
        self.init()
        ports = json.elements("ports", ServicePort.init(json:))
        selector = json["selector"]?.stringMap
        clusterIP = json.text("clusterIP")
        clusterIPs = json.texts("clusterIPs")
        type = ServiceType(rawValue: json.text("type"))
        externalIPs = json.texts("externalIPs")
        sessionAffinity = json.text("sessionAffinity")
        loadBalancerIP = json.text("loadBalancerIP")
        loadBalancerSourceRanges = json.texts("loadBalancerSourceRanges")
        externalName = json.text("externalName")
        externalTrafficPolicy = TrafficPolicy(rawValue: json.text("externalTrafficPolicy"))
        healthCheckNodePort = json["healthCheckNodePort"]?.integer ?? 0
        publishNotReadyAddresses = json["publishNotReadyAddresses"]?.bool ?? false
        sessionAffinityConfig = json["sessionAffinityConfig"].flatMap(
            SessionAffinityConfig.init(json:))
        ipFamilies = json.texts("ipFamilies")
        ipFamilyPolicy = json["ipFamilyPolicy"]?.string
        allocateLoadBalancerNodePorts = json["allocateLoadBalancerNodePorts"]?.bool
        loadBalancerClass = json["loadBalancerClass"]?.string
        internalTrafficPolicy = json["internalTrafficPolicy"]?.string.map(
            TrafficPolicy.init(rawValue:))
        trafficDistribution = json["trafficDistribution"]?.string
    }

    package var json: JSON {
        var members = Members()
        members.set("ports", ports.map(\.json))
        if let selector { members.set("selector", JSON.stringMap(selector)) }
        members.set("clusterIP", clusterIP)
        members.set("clusterIPs", clusterIPs)
        members.set("type", type.rawValue)
        members.set("externalIPs", externalIPs)
        members.set("sessionAffinity", sessionAffinity)
        members.set("loadBalancerIP", loadBalancerIP)
        members.set("loadBalancerSourceRanges", loadBalancerSourceRanges)
        members.set("externalName", externalName)
        members.set("externalTrafficPolicy", externalTrafficPolicy.rawValue)
        members.set("healthCheckNodePort", healthCheckNodePort)
        members.set("publishNotReadyAddresses", publishNotReadyAddresses)
        if let sessionAffinityConfig {
            members.set("sessionAffinityConfig", sessionAffinityConfig.json)
        }
        members.set("ipFamilies", ipFamilies)
        members.set("ipFamilyPolicy", given: ipFamilyPolicy)
        members.set("allocateLoadBalancerNodePorts", given: allocateLoadBalancerNodePorts)
        members.set("loadBalancerClass", given: loadBalancerClass)
        members.set("internalTrafficPolicy", given: internalTrafficPolicy?.rawValue)
        members.set("trafficDistribution", given: trafficDistribution)
        return members.json
    }
}

extension ServicePort {
    package init(json: JSON) {
        self.init()
        name = json.text("name")
        `protocol` = json.text("protocol")
        appProtocol = json["appProtocol"]?.string
        port = json["port"]?.integer ?? 0
        targetPort = json["targetPort"].flatMap(IntOrString.init(json:)) ?? .integer(0)
        nodePort = json["nodePort"]?.integer ?? 0
    }

    package var json: JSON {
        var members = Members()
        members.set("name", name)
        members.set("protocol", `protocol`)
        members.set("appProtocol", given: appProtocol)
        members.set("port", JSON.integer(port))
        if targetPort != .integer(0) { members.set("targetPort", targetPort.json) }
        members.set("nodePort", nodePort)
        return members.json
    }
}

extension SessionAffinityConfig {
    /// nil for what is not an object.
    package init?(json: JSON) {
        guard json.object != nil else { return nil }
        let clientIP = json["clientIP"].flatMap { $0.object == nil ? nil : $0 }
        self.init(
            clientIP: clientIP.map {
                ClientIPConfig(timeoutSeconds: $0["timeoutSeconds"]?.integer)
            })
    }

    package var json: JSON {
        var members = Members()
        if let clientIP {
            var config = Members()
            config.set("timeoutSeconds", given: clientIP.timeoutSeconds)
            members.set("clientIP", config.json)
        }
        return members.json
    }
}
