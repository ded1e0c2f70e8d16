import Addresses

/// The rules of discovery.k8s.io/v1 EndpointSlice (Kubernetes 1.36, pkg/apis/discovery/validation).
package enum EndpointSliceRules {
    private static let addressTypes = ["FQDN", "IPv4", "IPv6"]
    private static let endpointLimit = 1000
    private static let addressLimit = 100
    private static let portLimit = 20000
    private static let hintLimit = 8

    /// What a client may not set through this version of the API goes. The name "" and the protocol TCP of a port
    /// are filled in when it is read.
    package static func prepare(_ slice: inout EndpointSlice) {
        for index in slice.endpoints.indices { slice.endpoints[index].deprecatedTopology = [:] }
    }

    /// What is wrong with a new slice. Loopback addresses are valid inside `loopbackPodCIDRs` of the context only.
    package static func createErrors(
        _ slice: EndpointSlice, _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        MetadataRules.createErrors(slice.metadata, .dnsSubdomain, isNamespaced: true)
            + errors(slice, known: [], context)
    }

    /// What is wrong with a slice that replaces `old`. Addresses that `old` has already are accepted.
    package static func updateErrors(
        _ slice: EndpointSlice, replacing old: EndpointSlice,
        _ context: ServiceValidationContext = ServiceValidationContext()
    ) -> [FieldError] {
        var errors = MetadataRules.updateErrors(slice.metadata, replacing: old.metadata)
        // The addresses of another type are all wrong; one error says why.
        if slice.addressType != old.addressType {
            errors.append(.invalid("addressType", slice.addressType, "field is immutable"))
        }
        let known = Set(old.endpoints.flatMap(\.addresses))
        return errors + Self.errors(slice, known: known, context)
    }

    /// What to tell the client about a slice that is accepted.
    package static func warnings(_ slice: EndpointSlice, isNew: Bool) -> [String] {
        var warnings: [String] = []
        if isNew, slice.addressType == "FQDN" {
            warnings.append("spec.addressType: FQDN endpoints are deprecated")
        }
        let path: FieldPath = "endpoints"
        for (index, endpoint) in slice.endpoints.enumerated() {
            for (number, address) in endpoint.addresses.enumerated() {
                warnings += IPText.warnings(
                    path[index].child("addresses")[number], address)
            }
        }
        return warnings
    }

    private static func errors(
        _ slice: EndpointSlice, known: Set<String>, _ context: ServiceValidationContext
    ) -> [FieldError] {
        addressTypeErrors(slice.addressType) + endpointErrors(slice, known, context)
            + portErrors(slice.ports ?? [])
    }

    private static func addressTypeErrors(_ type: String) -> [FieldError] {
        if type.isEmpty { return [.required("addressType")] }
        return addressTypes.contains(type)
            ? [] : [.notSupported("addressType", type, supported: addressTypes)]
    }

    private static func endpointErrors(
        _ slice: EndpointSlice, _ known: Set<String>, _ context: ServiceValidationContext
    ) -> [FieldError] {
        let path: FieldPath = "endpoints"
        if slice.endpoints.count > endpointLimit {
            return [.tooMany(path, slice.endpoints.count, limit: endpointLimit)]
        }
        return slice.endpoints.enumerated().flatMap { index, endpoint in
            countErrors(endpoint.addresses, path[index].child("addresses"))
                + endpoint.addresses.enumerated().filter { !known.contains($0.element) }.flatMap {
                    addressErrors(
                        $0.element, slice.addressType, path[index].child("addresses"), $0.offset,
                        context)
                }
                + identityErrors(endpoint, path[index])
                + hintErrors(endpoint.hints, path[index].child("hints"))
        }
    }

    private static func countErrors(_ addresses: [String], _ path: FieldPath) -> [FieldError] {
        if addresses.isEmpty { return [.required(path, "must contain at least 1 address")] }
        return addresses.count > addressLimit
            ? [.tooMany(path, addresses.count, limit: addressLimit)] : []
    }

    private static func addressErrors(
        _ text: String, _ type: String, _ list: FieldPath, _ index: Int,
        _ context: ServiceValidationContext
    ) -> [FieldError] {
        switch type {
        case "FQDN":
            let name = text.hasSuffix(".") ? String(text.dropLast()) : text
            var reasons = Names.dnsSubdomainErrors(name)
            if reasons.isEmpty, !name.contains(".") {
                reasons = ["should be a domain with at least two segments separated by dots"]
            }
            return FieldError.invalid(list[index], text, all: reasons)
        case "IPv4", "IPv6":
            let reasons =
                type == "IPv4"
                ? IPText.addressErrors(text, context.gates) : IPText.canonicalAddressErrors(text)
            guard reasons.isEmpty, let address = IPAddress(kubernetes: text) else {
                return FieldError.invalid(list[index], text, all: reasons)
            }
            if address.family.description != type {
                return [.invalid(list, text, "must be an \(type) address")]
            }
            return FieldError.invalid(
                list[index], text,
                all: IPText.specialAddressErrors(text, loopback: context.loopbackPodCIDRs))
        default:
            return []
        }
    }

    private static func identityErrors(_ endpoint: Endpoint, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let hostname = endpoint.hostname {
            errors += FieldError.invalid(
                path.child("hostname"), hostname, all: Names.dnsLabelErrors(hostname))
        }
        if let node = endpoint.nodeName {
            errors += FieldError.invalid(
                path.child("nodeName"), node, all: Names.dnsSubdomainErrors(node))
        }
        return errors
    }

    private static func hintErrors(_ hints: EndpointHints?, _ path: FieldPath) -> [FieldError] {
        guard let hints else { return [] }
        return hintErrors(hints.forZones, path.child("forZones"), Names.labelValueErrors)
            + hintErrors(hints.forNodes, path.child("forNodes"), Names.dnsSubdomainErrors)
    }

    private static func hintErrors(
        _ names: [String], _ path: FieldPath, _ reasons: (String) -> [String]
    ) -> [FieldError] {
        if names.count > hintLimit { return [.tooMany(path, names.count, limit: hintLimit)] }
        return names.enumerated().flatMap { index, name in
            let path = path[index].child("name")
            return (names[..<index].contains(name) ? [.duplicate(path, .string(name))] : [])
                + FieldError.invalid(path, name, all: reasons(name))
        }
    }

    private static func portErrors(_ ports: [EndpointPort]) -> [FieldError] {
        let path: FieldPath = "ports"
        if ports.count > portLimit { return [.tooMany(path, ports.count, limit: portLimit)] }
        var names: Set<String> = []
        return ports.enumerated().flatMap { index, port in
            let path = path[index]
            let label = port.name.isEmpty ? [] : Names.dnsLabelErrors(port.name)
            return FieldError.invalid(path.child("name"), port.name, all: label)
                + (names.insert(port.name).inserted
                    ? [] : [.duplicate(path.child("name"), .string(port.name))])
                + ServiceRules.protocolErrors(port.protocol, path.child("protocol"))
                + ServiceRules.appProtocolErrors(port.appProtocol, path.child("appProtocol"))
        }
    }
}
