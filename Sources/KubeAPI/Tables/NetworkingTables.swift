extension Table {
    static let serviceCIDRColumns: [TableColumn] = [
        .name,
        TableColumn("CIDRs", "The networks.") { serviceCIDR in
            (serviceCIDR["spec"]?.texts("cidrs") ?? []).joined(separator: ",")
        },
        .age,
    ]

    static let ipAddressColumns: [TableColumn] = [
        .name,
        TableColumn("ParentRef", "The object that has the address.") { address in
            guard let parent = IPAddressObject(json: address).parent else { return "<none>" }
            let resource =
                parent.group.isEmpty ? parent.resource : "\(parent.resource).\(parent.group)"
            let place = parent.namespace.isEmpty ? "" : "/\(parent.namespace)"
            return "\(resource.lowercased())\(place)/\(parent.name)"
        },
    ]

    static let leaseColumns: [TableColumn] = [
        .name,
        TableColumn("Holder", "Who holds it.") { $0.text("spec", "holderIdentity") },
        .age,
    ]
}
