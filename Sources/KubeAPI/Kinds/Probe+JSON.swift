extension Probe {
    /// nil for what is not an object or names no check. A period, timeout or threshold of 0 is the default.
    package init?(json: JSON) {
        guard let check = Check(json: json) else { return nil }
        self.init(check: check)
        func number(_ key: String, default value: Int64) -> Int64 {
            json[key]?.integer.flatMap { $0 > 0 ? $0 : nil } ?? value
        }
        initialDelaySeconds = number("initialDelaySeconds", default: 0)
        timeoutSeconds = number("timeoutSeconds", default: 1)
        periodSeconds = number("periodSeconds", default: 10)
        successThreshold = number("successThreshold", default: 1)
        failureThreshold = number("failureThreshold", default: 3)
    }
}

extension Probe.Check {
    init?(json: JSON) {
        if let socket = json["tcpSocket"], socket.object != nil {
            self = .tcpSocket(host: socket.host, port: socket.port)
        } else if let get = json["httpGet"], get.object != nil {
            self = .httpGet(
                scheme: get["scheme"]?.string ?? "HTTP", host: get.host, port: get.port,
                path: get["path"]?.string ?? "/",
                headers: get.elements("httpHeaders") {
                    Probe.HTTPHeader(name: $0.text("name"), value: $0.text("value"))
                })
        } else if let exec = json["exec"], exec.object != nil {
            self = .exec(command: exec.texts("command"))
        } else if json["grpc"]?.object != nil {
            self = .unsupported("grpc")
        } else {
            return nil
        }
    }
}

extension JSON {
    /// `host` of a probe's action; nil where it is absent or empty: the Pod's own address.
    fileprivate var host: String? { self["host"]?.string.flatMap { $0.isEmpty ? nil : $0 } }

    fileprivate var port: IntOrString {
        self["port"].flatMap(IntOrString.init(json:)) ?? .integer(0)
    }
}
