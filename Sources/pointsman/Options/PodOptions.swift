import ArgumentParser
import KubeAPI

/// What `run` and `pod add` say of a Pod.
struct PodOptions: ParsableArguments {
    @Option(
        name: [.customShort("l"), .customLong("label")],
        help: ArgumentHelp("A label; may be repeated.", valueName: "key=value"))
    var labels: [String] = []

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "A port that the process serves, with the name a targetPort may use; may be repeated.",
            valueName: "[name=]port[/protocol]"))
    var ports: [String] = []

    @Option(
        help: ArgumentHelp(
            "How to see that it is ready. Without this it is ready as soon as it runs.",
            valueName: "tcp:port|http:[host]:port[/path]|exec:command"))
    var ready: String?

    @Option(
        help: ArgumentHelp(
            "Its share of new connections beside the other Pods, 0-65535; 0: none.",
            valueName: "number"))
    var weight: UInt16?

    func labelMap() throws(ValidationError) -> [String: String] {
        var map: [String: String] = [:]
        for text in labels.flatMap({ $0.split(separator: ",").map(String.init) }) {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw ValidationError("--label \(text): must be key=value")
            }
            map[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return map
    }

    func containerPorts() throws(ValidationError) -> [Pod.ContainerPort] {
        var result: [Pod.ContainerPort] = []
        for text in ports { result.append(try Self.port(text)) }
        return result
    }

    private static func port(_ text: String) throws(ValidationError) -> Pod.ContainerPort {
        var rest = text[...]
        var name = ""
        if let equals = rest.firstIndex(of: "=") {
            name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let transport = parts.count == 2 ? parts[1].uppercased() : "TCP"
        guard parts.count <= 2, let number = UInt16(parts[0]), number > 0,
            ["TCP", "UDP", "SCTP"].contains(transport)
        else {
            throw ValidationError("--port \(text): must be like 8080, http=8080 or dns=53/UDP")
        }
        return Pod.ContainerPort(name: name, containerPort: Int64(number), protocol: transport)
    }

    func readinessProbe() throws(ValidationError) -> Probe? {
        guard let ready else { return nil }
        guard let check = try Self.check(ready) else {
            throw ValidationError(
                "--ready \(ready): must be like tcp:8080, http::8080/healthz or exec:command")
        }
        var probe = Probe(check: check)
        probe.periodSeconds = 1
        return probe
    }

    private static func check(_ text: String) throws(ValidationError) -> Probe.Check? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "tcp":
            return port(parts[1]).map { .tcpSocket(host: nil, port: $0) }
        case "http", "https":
            let slash = parts[1].firstIndex(of: "/") ?? parts[1].endIndex
            let authority = parts[1][..<slash]
            guard let colon = authority.lastIndex(of: ":"),
                let port = port(authority[authority.index(after: colon)...])
            else { return nil }
            let host = String(authority[..<colon])
            let path = slash == parts[1].endIndex ? "/" : String(parts[1][slash...])
            return .httpGet(
                scheme: parts[0].uppercased(), host: host.isEmpty ? nil : host, port: port,
                path: path, headers: [])
        case "exec":
            guard let words = CommandLineWords.split(String(parts[1])), !words.isEmpty else {
                return nil
            }
            return .exec(command: words)
        default: return nil
        }
    }

    private static func port(_ text: some StringProtocol) -> IntOrString? {
        if let number = UInt16(text) { return number > 0 ? .integer(Int64(number)) : nil }
        return text.isEmpty ? nil : .string(String(text))
    }
}
