extension ServiceStatus {
    package init(json: JSON) {
        self.init()
        ingress = json["loadBalancer"]?.elements("ingress", LoadBalancerIngress.init(json:)) ?? []
        conditions = json.elements("conditions", Condition.init(json:))
    }

    /// `loadBalancer` is there even if it is empty, as in Kubernetes' answers.
    package var json: JSON {
        var loadBalancer = Members()
        loadBalancer.set("ingress", ingress.map(\.json))
        var members = Members()
        members.set("loadBalancer", loadBalancer.json)
        members.set("conditions", conditions.map(\.json))
        return members.json
    }
}

extension LoadBalancerIngress {
    package init(json: JSON) {
        self.init(
            ip: json.text("ip"), hostname: json.text("hostname"), ipMode: json["ipMode"]?.string)
        ports = json.elements("ports", PortStatus.init(json:))
    }

    package var json: JSON {
        var members = Members()
        members.set("ip", ip)
        members.set("hostname", hostname)
        members.set("ipMode", given: ipMode)
        members.set("ports", ports.map(\.json))
        return members.json
    }
}

extension LoadBalancerIngress.PortStatus {
    package init(json: JSON) {
        self.init(
            port: json["port"]?.integer ?? 0, protocol: json.text("protocol"),
            error: json["error"]?.string)
    }

    package var json: JSON {
        var members = Members()
        members.set("port", JSON.integer(port))
        members.set("protocol", JSON.string(`protocol`))
        members.set("error", given: error)
        return members.json
    }
}
