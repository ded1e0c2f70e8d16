import KubeAPI

/// The Pod that the runner creates for each of its processes.
struct PodObject: Sendable {
    let configuration: PodRunnerConfiguration
    let node: String
    /// `<pid>:<starttime>` of the runner.
    let runner: String

    /// What `kubectl get pods -o wide` shows as the image: the program.
    var image: String {
        let program = configuration.command.first ?? ""
        return program.split(separator: "/").last.map(String.init) ?? program
    }

    func json(named name: String) -> JSON {
        var annotations = [PodWords.runner: runner]
        if let weight = configuration.weight { annotations[PodWords.weight] = String(weight) }
        var metadata: JSON = [
            "name": .string(name), "namespace": .string(configuration.namespace),
            "annotations": .stringMap(annotations),
        ]
        if !configuration.labels.isEmpty { metadata["labels"] = .stringMap(configuration.labels) }
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": [
                "nodeName": .string(node), "restartPolicy": "Always",
                "terminationGracePeriodSeconds": .integer(configuration.gracePeriodSeconds),
                "containers": [container],
            ],
        ]
    }

    private var container: JSON {
        var container: JSON = [
            "name": .string(configuration.name), "image": .string(image),
            "command": .strings(configuration.command),
        ]
        if let directory = configuration.directory { container["workingDir"] = .string(directory) }
        if !configuration.ports.isEmpty {
            container["ports"] = .array(configuration.ports.map(Self.json))
        }
        if let probe = configuration.readinessProbe {
            container["readinessProbe"] = Self.json(probe)
        }
        return container
    }

    private static func json(_ port: Pod.ContainerPort) -> JSON {
        var json: JSON = [:]
        if !port.name.isEmpty { json["name"] = .string(port.name) }
        json["containerPort"] = .integer(port.containerPort)
        json["protocol"] = .string(port.protocol)
        return json
    }

    private static func json(_ probe: Probe) -> JSON {
        var json: JSON = [:]
        switch probe.check {
        case .tcpSocket(let host, let port):
            json["tcpSocket"] = ["port": self.json(port)]
            if let host { json["tcpSocket"]?["host"] = .string(host) }
        case .httpGet(let scheme, let host, let port, let path, let headers):
            var get: JSON = [
                "path": .string(path), "port": self.json(port), "scheme": .string(scheme),
            ]
            if let host { get["host"] = .string(host) }
            if !headers.isEmpty {
                get["httpHeaders"] = .array(
                    headers.map { ["name": .string($0.name), "value": .string($0.value)] })
            }
            json["httpGet"] = get
        case .exec(let command): json["exec"] = ["command": .strings(command)]
        case .unsupported(let kind): json[kind] = [:]
        }
        json["initialDelaySeconds"] = .integer(probe.initialDelaySeconds)
        json["timeoutSeconds"] = .integer(probe.timeoutSeconds)
        json["periodSeconds"] = .integer(probe.periodSeconds)
        json["successThreshold"] = .integer(probe.successThreshold)
        json["failureThreshold"] = .integer(probe.failureThreshold)
        return json
    }

    private static func json(_ value: IntOrString) -> JSON {
        switch value {
        case .integer(let number): .integer(number)
        case .string(let text): .string(text)
        }
    }
}

/// Names of Pods, as a ReplicaSet makes them: `<name>-<five random characters>`.
package enum PodName {
    /// Kubernetes' alphabet: no vowels, no characters that look like others.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    static func random(_ base: String, using generator: inout some RandomNumberGenerator) -> String
    {
        let suffix = (0..<5).map { _ in alphabet.randomElement(using: &generator)! }
        return "\(base.prefix(57))-\(String(suffix))"
    }

    /// A name for Pods of a command: its program's file name, as far as a DNS label can hold it; `pod` if nothing of
    /// it can.
    package static func base(forCommand command: [String]) -> String {
        let program = command.first?.split(separator: "/").last ?? ""
        let label = program.lowercased().unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
        }
        let trimmed = label.drop { $0 == "-" }.prefix(50)
        let end = trimmed.lastIndex { $0 != "-" }
        return end.map { String(trimmed[...$0]) } ?? "pod"
    }
}
