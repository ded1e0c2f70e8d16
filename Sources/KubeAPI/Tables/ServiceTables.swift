extension Table {
    static let serviceColumns: [TableColumn] = [
        .name,
        TableColumn("Type", "How the Service is reached.") { $0.text("spec", "type") },
        TableColumn("Cluster-IP", "The address inside the cluster; None if headless.") {
            let first = $0.value(at: "spec", "clusterIPs")?.array?.first?.string
            return (first ?? $0.text("spec", "clusterIP")).orNone
        },
        TableColumn("External-IP", "Where it is reached from outside.", cell: externalIP),
        TableColumn("Port(s)", "Its ports, with the node ports after a colon.", cell: ports),
        .age,
        TableColumn("Selector", wide: true, "The labels of its Pods.") {
            ($0.value(at: "spec", "selector")?.stringMap ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: ",").orNone
        },
    ]

    private static func externalIP(_ service: JSON) -> String {
        let externalIPs = service.texts("spec", "externalIPs")
        switch service.text("spec", "type") {
        case "ClusterIP", "NodePort", "": return externalIPs.joined(separator: ",").orNone
        case "LoadBalancer":
            let ingress = service.value(at: "status", "loadBalancer", "ingress")?.array ?? []
            let addresses = ingress.compactMap { entry -> String? in
                let ip = entry.text("ip")
                let name = ip.isEmpty ? entry.text("hostname") : ip
                return name.isEmpty ? nil : name
            }
            let all = Set(addresses).sorted() + externalIPs
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        case "ExternalName": return service.text("spec", "externalName")
        case _: return "<unknown>"
        }
    }

    private static func ports(_ service: JSON) -> String {
        (service.value(at: "spec", "ports")?.array ?? []).map { port in
            let number = port["port"]?.integer ?? 0
            let node = port["nodePort"]?.integer ?? 0
            let proto = port["protocol"]?.string ?? "TCP"
            return node > 0 ? "\(number):\(node)/\(proto)" : "\(number)/\(proto)"
        }.joined(separator: ",").orNone
    }
}

extension JSON {
    /// The text at a path; "" if there is none.
    func text(_ path: String...) -> String {
        var value: JSON? = self
        for key in path { value = value?[key] }
        return value?.string ?? ""
    }

    /// The texts of a list at a path.
    func texts(_ path: String...) -> [String] {
        var value: JSON? = self
        for key in path { value = value?[key] }
        return value?.array?.compactMap(\.string) ?? []
    }
}

extension String {
    /// What a cell shows for an empty value.
    var orNone: String { isEmpty ? "<none>" : self }
    var orUnknown: String { isEmpty ? "<unknown>" : self }
}
