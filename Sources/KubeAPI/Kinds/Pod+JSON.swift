extension Pod: KubeObject {
    package static var resource: Resource { .pods }

    package init(json: JSON) {
        self.init(metadata: ObjectMeta(json: json["metadata"] ?? .null))
        let spec = json["spec"] ?? .null
        let status = json["status"] ?? .null
        nodeName = spec.text("nodeName")
        hostname = spec.text("hostname")
        subdomain = spec.text("subdomain")
        hostNetwork = spec["hostNetwork"]?.bool ?? false
        terminationGracePeriodSeconds = spec["terminationGracePeriodSeconds"]?.integer
        containers = spec.elements("containers", Container.init(json:))
        sidecars = spec.elements("initContainers") { $0 }
            .filter { $0["restartPolicy"]?.string == "Always" }.map(Container.init(json:))
        phase = status.text("phase")
        podIPs = status.elements("podIPs") { $0.text("ip") }.filter { !$0.isEmpty }
        if podIPs.isEmpty, let address = status["podIP"]?.string, !address.isEmpty {
            podIPs = [address]
        }
        conditions = status.elements("conditions", Condition.init(json:))
    }
}

extension Pod.Container {
    package init(json: JSON) {
        self.init()
        name = json.text("name")
        ports = json.elements("ports", Pod.ContainerPort.init(json:))
        readinessProbe = json["readinessProbe"].flatMap(Probe.init(json:))
    }
}

extension Pod.ContainerPort {
    package init(json: JSON) {
        self.init(
            name: json.text("name"), containerPort: json["containerPort"]?.integer ?? 0,
            protocol: json["protocol"]?.string ?? "TCP")
        hostPort = json["hostPort"]?.integer ?? 0
    }
}
