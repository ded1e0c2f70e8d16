import Addresses
import KubeAPI

/// The variables that tell a container of the Services: `WEB_SERVICE_HOST` and the rest (pkg/kubelet/envvars).
enum ServiceEnvironment {
    /// Those of the Services of a namespace that have a ClusterIP, and of default/kubernetes.
    static func variables(_ services: [Service], namespace: String) -> [String: String] {
        var chosen: [String: Service] = [:]
        for service in services where IPAddress(service.spec.clusterIP) != nil {
            let metadata = service.metadata
            let isAPI = metadata.namespace == "default" && metadata.name == "kubernetes"
            if metadata.namespace == namespace {
                chosen[metadata.name] = service
            } else if isAPI, chosen[metadata.name] == nil {
                chosen[metadata.name] = service
            }
        }
        // Two names may mean one variable (a-b and a_b cannot both be): the order decides, as it must be the same.
        var variables: [String: String] = [:]
        for (_, service) in chosen.sorted(by: { $0.key < $1.key }) {
            add(service, to: &variables)
        }
        return variables
    }

    private static func add(_ service: Service, to variables: inout [String: String]) {
        let name = word(service.metadata.name)
        let host = service.spec.clusterIP
        variables["\(name)_SERVICE_HOST"] = host
        guard let first = service.spec.ports.first else { return }
        variables["\(name)_SERVICE_PORT"] = String(first.port)
        for port in service.spec.ports where !port.name.isEmpty {
            variables["\(name)_SERVICE_PORT_\(word(port.name))"] = String(port.port)
        }
        // The variables of Docker's container links.
        let authority = host.contains(":") ? "[\(host)]" : host
        for (index, port) in service.spec.ports.enumerated() {
            let transport = port.protocol.isEmpty ? "TCP" : port.protocol
            let url = "\(transport.lowercased())://\(authority):\(port.port)"
            if index == 0 { variables["\(name)_PORT"] = url }
            let prefix = "\(name)_PORT_\(port.port)_\(transport.uppercased())"
            variables[prefix] = url
            variables["\(prefix)_PROTO"] = transport.lowercased()
            variables["\(prefix)_PORT"] = String(port.port)
            variables["\(prefix)_ADDR"] = host
        }
    }

    private static func word(_ name: String) -> String {
        String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }
}
