import KubeAPI

extension Pod.ContainerPort {
    /// As in `spec.containers[].ports[]`.
    var json: JSON {
        var json: JSON = [:]
        if !name.isEmpty { json["name"] = .string(name) }
        json["containerPort"] = .integer(containerPort)
        json["protocol"] = .string(`protocol`)
        return json
    }
}

extension Probe {
    /// As in `spec.containers[].readinessProbe`.
    var json: JSON {
        var json: JSON = [:]
        switch check {
        case .tcpSocket(let host, let port):
            var members: JSON = ["port": port.json]
            if let host { members["host"] = .string(host) }
            json["tcpSocket"] = members
        case .httpGet(let scheme, let host, let port, let path, let headers):
            var members: JSON = [
                "path": .string(path), "port": port.json, "scheme": .string(scheme),
            ]
            if let host { members["host"] = .string(host) }
            if !headers.isEmpty {
                members["httpHeaders"] = .array(
                    headers.map { ["name": .string($0.name), "value": .string($0.value)] })
            }
            json["httpGet"] = members
        case .exec(let command):
            json["exec"] = ["command": .strings(command)]
        case .unsupported(let kind):
            json[kind] = [:]
        }
        if initialDelaySeconds != 0 { json["initialDelaySeconds"] = .integer(initialDelaySeconds) }
        json["timeoutSeconds"] = .integer(timeoutSeconds)
        json["periodSeconds"] = .integer(periodSeconds)
        json["successThreshold"] = .integer(successThreshold)
        json["failureThreshold"] = .integer(failureThreshold)
        return json
    }
}
