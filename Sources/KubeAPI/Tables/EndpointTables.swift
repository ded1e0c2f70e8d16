extension Table {
    static let endpointsColumns: [TableColumn] = [
        .name,
        TableColumn("Endpoints", "The addresses that are ready, with their ports.") { endpoints in
            let subsets = endpoints["subsets"]?.array ?? []
            return subsets.isEmpty ? "<none>" : firstThree(subsets.flatMap(addresses))
        },
        .age,
    ]

    private static func addresses(_ subset: JSON) -> [String] {
        let addresses = subset["addresses"]?.array?.map { $0.text("ip") } ?? []
        let ports = subset["ports"]?.array?.map { $0["port"]?.integer ?? 0 } ?? []
        if ports.isEmpty { return addresses }
        return ports.flatMap { port in
            addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" }
        }
    }

    static let endpointSliceColumns: [TableColumn] = [
        .name,
        TableColumn("AddressType", "IPv4, IPv6 or FQDN.") { $0.text("addressType") },
        TableColumn("Ports", "The ports that each endpoint offers.") { slice in
            let ports = (slice["ports"]?.array ?? []).map { port -> String in
                if let number = port["port"]?.integer { return String(number) }
                let name = port.text("name")
                return name.isEmpty ? "*" : name
            }
            return ports.isEmpty ? "<unset>" : firstThree(ports)
        },
        TableColumn("Endpoints", "The addresses of the endpoints.") { slice in
            let all = (slice["endpoints"]?.array ?? []).flatMap { $0.texts("addresses") }
            return all.isEmpty ? "<unset>" : firstThree(all)
        },
        .age,
    ]

    /// At most three, and how many more there are.
    private static func firstThree(_ list: [String]) -> String {
        let shown = list.prefix(3).joined(separator: ",")
        return list.count > 3 ? "\(shown) + \(list.count - 3) more..." : shown
    }
}
