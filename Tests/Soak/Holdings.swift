import KubeAPI

/// Which Service holds which address and node port: the model that allocation is held against.
struct Holdings: Sendable {
    private(set) var holders: [String: ObjectName] = [:]
    private var held: [ObjectName: Set<String>] = [:]

    /// Takes a Service as it is now.
    /// - Returns: what another holds already.
    mutating func set(_ service: Service) -> [String] {
        remove(service.objectName)
        let values = Self.values(service)
        held[service.objectName] = values
        var doubles: [String] = []
        for value in values {
            if let other = holders.updateValue(service.objectName, forKey: value) {
                doubles.append("\(value) is held by \(other) and \(service.objectName)")
            }
        }
        return doubles
    }

    mutating func remove(_ name: ObjectName) {
        for value in held.removeValue(forKey: name) ?? [] where holders[value] == name {
            holders[value] = nil
        }
    }

    /// ClusterIPs, node ports and health check ports of a Service, as texts.
    private static func values(_ service: Service) -> Set<String> {
        let spec = service.spec
        guard spec.type != .externalName else { return [] }
        let ports = spec.ports.map(\.nodePort) + [spec.healthCheckNodePort]
        return Set(spec.clusterIPs.filter { $0 != "None" })
            .union(ports.filter { $0 != 0 }.map { "port \($0)" })
    }
}
