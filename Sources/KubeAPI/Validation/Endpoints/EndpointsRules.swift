/// The rules of v1 Endpoints (Kubernetes 1.36, pkg/apis/core/validation).
package enum EndpointsRules {
    package static func applyDefaults(_ endpoints: inout Endpoints) {
        for subset in endpoints.subsets.indices {
            for port in endpoints.subsets[subset].ports.indices
            where endpoints.subsets[subset].ports[port].protocol.isEmpty {
                endpoints.subsets[subset].ports[port].protocol = "TCP"
            }
        }
    }

    /// What is wrong with a new object. Loopback addresses are valid inside `loopbackPodCIDRs` of the context only.
    package static func createErrors(
        _ endpoints: Endpoints, _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        MetadataRules.createErrors(endpoints.metadata, .dnsSubdomain, isNamespaced: true)
            + subsetErrors(endpoints.subsets, known: [], context)
    }

    /// What is wrong with an object that replaces `old`. Addresses that `old` has already are accepted.
    package static func updateErrors(
        _ endpoints: Endpoints, replacing old: Endpoints,
        _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        let known = Set(old.subsets.flatMap { $0.addresses + $0.notReadyAddresses }.map(\.ip))
        return MetadataRules.updateErrors(endpoints.metadata, replacing: old.metadata)
            + subsetErrors(endpoints.subsets, known: known, context)
    }

    /// What to tell the client about an object that is accepted.
    package static func warnings(_ endpoints: Endpoints) -> [String] {
        let path: FieldPath = "subsets"
        var warnings: [String] = []
        for (index, subset) in endpoints.subsets.enumerated() {
            for (list, addresses) in [
                ("addresses", subset.addresses), ("notReadyAddresses", subset.notReadyAddresses),
            ] {
                for (number, address) in addresses.enumerated() {
                    warnings += IPText.warnings(
                        path[index].child(list)[number].child("ip"), address.ip)
                }
            }
        }
        return warnings
    }

    private static func subsetErrors(
        _ subsets: [EndpointSubset], known: Set<String>, _ context: ServiceValidationContext
    ) -> [FieldError] {
        let path: FieldPath = "subsets"
        return subsets.enumerated().flatMap { index, subset -> [FieldError] in
            var errors: [FieldError] = []
            if subset.addresses.isEmpty, subset.notReadyAddresses.isEmpty {
                errors.append(
                    .required(path[index], "must specify `addresses` or `notReadyAddresses`"))
            }
            let lists = [
                ("addresses", subset.addresses), ("notReadyAddresses", subset.notReadyAddresses),
            ]
            for (name, addresses) in lists {
                for (number, address) in addresses.enumerated() {
                    errors += addressErrors(
                        address, path[index].child(name)[number], known, context)
                }
            }
            return errors + portErrors(subset.ports, path[index].child("ports"))
        }
    }

    private static func addressErrors(
        _ address: EndpointAddress, _ path: FieldPath, _ known: Set<String>,
        _ context: ServiceValidationContext
    ) -> [FieldError] {
        var reasons: [String] = []
        if !known.contains(address.ip) {
            reasons = IPText.addressErrors(address.ip, context.gates)
            if reasons.isEmpty {
                reasons = IPText.specialAddressErrors(
                    address.ip, loopback: context.loopbackPodCIDRs)
            }
        }
        var errors = FieldError.invalid(path.child("ip"), address.ip, all: reasons)
        if let hostname = address.hostname, !hostname.isEmpty {
            errors += FieldError.invalid(
                path.child("hostname"), hostname, all: Names.dnsLabelErrors(hostname))
        }
        if let node = address.nodeName {
            errors += FieldError.invalid(
                path.child("nodeName"), node, all: Names.dnsSubdomainErrors(node))
        }
        return errors
    }

    private static func portErrors(_ ports: [EndpointPort], _ path: FieldPath) -> [FieldError] {
        ports.enumerated().flatMap { index, port -> [FieldError] in
            let path = path[index]
            var errors: [FieldError] = []
            if port.name.isEmpty {
                if ports.count > 1 { errors.append(.required(path.child("name"))) }
            } else {
                errors += FieldError.invalid(
                    path.child("name"), port.name, all: Names.dnsLabelErrors(port.name))
            }
            let number = port.port ?? 0
            errors += Names.portNumberErrors(number).map {
                .invalid(path.child("port"), .integer(number), $0)
            }
            return errors + ServiceRules.protocolErrors(port.protocol, path.child("protocol"))
                + ServiceRules.appProtocolErrors(port.appProtocol, path.child("appProtocol"))
        }
    }
}
