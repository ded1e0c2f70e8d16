extension ServiceRules {
    static let protocols = ["SCTP", "TCP", "UDP"]
    private static let ports = spec.child("ports")

    static func portErrors(_ spec: ServiceSpec) -> [FieldError] {
        var names: Set<String> = []
        return spec.ports.enumerated().flatMap { index, port in
            nameErrors(
                port.name, ports[index].child("name"), isRequired: spec.ports.count > 1, &names)
                + numberErrors(port, ports[index])
        }
    }

    /// The name of a port: a DNS label, needed where there are several, and unique.
    static func nameErrors(
        _ name: String, _ path: FieldPath, isRequired: Bool, _ names: inout Set<String>
    ) -> [FieldError] {
        if name.isEmpty { return isRequired ? [.required(path)] : [] }
        return FieldError.invalid(path, name, all: Names.dnsLabelErrors(name))
            + (names.insert(name).inserted ? [] : [.duplicate(path, .string(name))])
    }

    private static func numberErrors(_ port: ServicePort, _ path: FieldPath) -> [FieldError] {
        let number = Names.portNumberErrors(port.port).map {
            FieldError.invalid(path.child("port"), .integer(port.port), $0)
        }
        return number + protocolErrors(port.protocol, path.child("protocol"))
            + targetPortErrors(port.targetPort, path.child("targetPort"))
            + appProtocolErrors(port.appProtocol, path.child("appProtocol"))
    }

    static func protocolErrors(_ name: String, _ path: FieldPath) -> [FieldError] {
        if name.isEmpty { return [.required(path)] }
        return protocols.contains(name)
            ? [] : [.notSupported(path, name, supported: protocols)]
    }

    /// A port number or the name of a container's port.
    static func targetPortErrors(_ port: IntOrString, _ path: FieldPath) -> [FieldError] {
        switch port {
        case .integer(let number):
            Names.portNumberErrors(number).map { .invalid(path, .integer(number), $0) }
        case .string(let name):
            FieldError.invalid(path, name, all: Names.portNameErrors(name))
        }
    }

    static func appProtocolErrors(_ name: String?, _ path: FieldPath) -> [FieldError] {
        guard let name else { return [] }
        return FieldError.invalid(path, name, all: Names.labelKeyErrors(name))
    }

    static func nodePortErrors(_ spec: ServiceSpec) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<ProtocolPort> = []
        for (index, port) in spec.ports.enumerated() where port.nodePort != 0 {
            let path = ports[index].child("nodePort")
            if spec.type == .clusterIP {
                errors.append(.forbidden(path, "may not be used when `type` is 'ClusterIP'"))
            }
            if !seen.insert(ProtocolPort(port.protocol, port.nodePort)).inserted {
                errors.append(.duplicate(path, .integer(port.nodePort)))
            }
        }
        return errors
    }

    static func duplicatePortErrors(_ spec: ServiceSpec) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<ProtocolPort> = []
        for (index, port) in spec.ports.enumerated()
        where !seen.insert(ProtocolPort(port.protocol, port.port)).inserted {
            errors.append(
                .duplicate(
                    ports[index],
                    [
                        "Name": "", "Protocol": .string(port.protocol), "AppProtocol": nil,
                        "Port": .integer(port.port), "TargetPort": 0, "NodePort": 0,
                    ]))
        }
        return errors
    }

    private struct ProtocolPort: Hashable {
        let `protocol`: String
        let port: Int64

        init(_ protocol: String, _ port: Int64) {
            self.protocol = `protocol`
            self.port = port
        }
    }
}
