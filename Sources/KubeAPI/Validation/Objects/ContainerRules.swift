/// The rules of the containers of a Pod: their names, images, ports and probes.
enum ContainerRules {
    static let probes = ["livenessProbe", "readinessProbe", "startupProbe"]

    /// What is wrong with the containers of a Pod's spec.
    static func errors(_ spec: JSON) -> [FieldError] {
        let containers = spec["containers"]?.array ?? []
        var names: Set<String> = []
        var errors: [FieldError] =
            containers.isEmpty ? [.required(PodRules.spec.child("containers"))] : []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.array ?? []).enumerated() {
                errors += Self.errors(
                    container, PodRules.spec.child(list)[index], &names)
            }
        }
        return errors
    }

    private static func errors(
        _ container: JSON, _ path: FieldPath, _ names: inout Set<String>
    ) -> [FieldError] {
        var errors = ServiceRules.nameErrors(
            container.text("name"), path.child("name"), isRequired: true, &names)
        if container.text("image").isEmpty { errors.append(.required(path.child("image"))) }
        errors += portErrors(container["ports"]?.array ?? [], path.child("ports"))
        for name in probes {
            guard let probe = container[name], !probe.isNull else { continue }
            errors += probeErrors(
                probe, path.child(name), mustSucceedOnce: name != "readinessProbe")
        }
        return errors
    }

    private static func portErrors(_ ports: [JSON], _ path: FieldPath) -> [FieldError] {
        var names: Set<String> = []
        return ports.enumerated().flatMap { index, port -> [FieldError] in
            let path = path[index]
            var errors: [FieldError] = []
            let name = port.text("name")
            if !name.isEmpty {
                errors += FieldError.invalid(
                    path.child("name"), name, all: Names.portNameErrors(name))
                if !names.insert(name).inserted {
                    errors.append(.duplicate(path.child("name"), .string(name)))
                }
            }
            let number = port["containerPort"]?.integer ?? 0
            if number == 0 {
                errors.append(.required(path.child("containerPort")))
            } else {
                errors += numberErrors(number, path.child("containerPort"))
            }
            if let host = port["hostPort"]?.integer, host != 0 {
                errors += numberErrors(host, path.child("hostPort"))
            }
            return errors
                + ServiceRules.protocolErrors(port.text("protocol"), path.child("protocol"))
        }
    }

    private static func numberErrors(_ number: Int64, _ path: FieldPath) -> [FieldError] {
        Names.portNumberErrors(number).map { .invalid(path, .integer(number), $0) }
    }

    private static func probeErrors(
        _ probe: JSON, _ path: FieldPath, mustSucceedOnce: Bool
    ) -> [FieldError] {
        var errors = handlerErrors(probe, path)
        for name in [
            "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
            "failureThreshold",
        ] {
            guard let value = probe[name]?.integer, value < 0 else { continue }
            errors.append(
                .invalid(path.child(name), .integer(value), "must be greater than or equal to 0"))
        }
        if mustSucceedOnce, let threshold = probe["successThreshold"]?.integer, threshold != 1 {
            errors.append(
                .invalid(path.child("successThreshold"), .integer(threshold), "must be 1"))
        }
        return errors
    }

    private static func handlerErrors(_ probe: JSON, _ path: FieldPath) -> [FieldError] {
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter {
            probe[$0].map { !$0.isNull } ?? false
        }
        guard let handler = handlers.first else {
            return [.required(path, "must specify a handler type")]
        }
        var errors = handlers.dropFirst().map {
            FieldError.forbidden(path.child($0), "may not specify more than 1 handler type")
        }
        let action = probe[handler] ?? .null
        let path = path.child(handler)
        switch handler {
        case "exec":
            if action.texts("command").isEmpty { errors.append(.required(path.child("command"))) }
        case "grpc":
            errors += numberErrors(action["port"]?.integer ?? 0, path.child("port"))
        default:
            let port = action["port"].flatMap(IntOrString.init(json:)) ?? .integer(0)
            errors += ServiceRules.targetPortErrors(port, path.child("port"))
            let scheme = action.text("scheme")
            if handler == "httpGet", scheme != "HTTP", scheme != "HTTPS" {
                errors.append(
                    .notSupported(path.child("scheme"), scheme, supported: ["HTTP", "HTTPS"]))
            }
        }
        return errors
    }
}
