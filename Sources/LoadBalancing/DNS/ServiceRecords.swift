import Addresses
import KubeAPI
import Wire

/// The names of one Service, compiled from it and its EndpointSlices; all names and labels are in lower case and lack
/// the zone.
struct ServiceRecords: Equatable, Sendable {
    /// `api.shop`.
    let name: DNS.Name
    let isHeadless: Bool
    /// Of the Service's own name: ClusterIPs, or the ready endpoints of a headless Service.
    var addresses: [IPAddress] = []
    /// The target of an ExternalName Service.
    var alias: DNS.Name?
    var locations: [Location] = []
    /// Addresses by the first label of an endpoint's name, where that is another than the address with hyphens.
    private var named: [[UInt8]: [IPAddress]] = [:]
    /// Endpoints that are called by their addresses, each once.
    private var unnamed: [IPAddress] = []
    /// Addresses that lead back to a name: `10.96.0.10` to `api.shop`, an endpoint to `db-0.db.shop`.
    var pointers: [IPAddress: DNS.Name] = [:]
    private var showsEndpoints = true

    /// One address and port that SRV records lead to.
    struct Location: Equatable, Sendable {
        /// Without underscore; empty for a port without name, which only the bare Service's name shows.
        let port: [UInt8]
        let `protocol`: [UInt8]
        let number: Port
        let weight: UInt16
        let address: IPAddress
        /// The endpoint's label; nil: the Service itself.
        let endpoint: [UInt8]?
    }
}

extension ServiceRecords {
    /// Compiles a Service; nil where it has no name in DNS.
    init?(
        _ service: Service, _ slices: [String: EndpointSlice], weights: [ObjectName: UInt16],
        _ options: DNSZoneOptions
    ) {
        let metadata = service.metadata
        let labels = [metadata.name, metadata.namespace].map { Array($0.utf8) }
        guard let name = DNS.Name(labels: labels) else { return nil }
        let clusterIPs = Self.clusterIPs(service.spec)
        let isExternal = service.spec.type == .externalName
        self.init(
            name: name.lowercased,
            isHeadless: !isExternal && clusterIPs.isEmpty && service.spec.clusterIP == "None")
        if isExternal {
            alias = DNS.Name(service.spec.externalName)
            if alias == nil { return nil }
            return
        }
        if !options.omitsEndpoints || !isHeadless {
            addEndpoints(of: slices, weights, options)
        }
        if !isHeadless { addClusterIPs(clusterIPs, service.spec.ports) }
        if addresses.isEmpty { return nil }
        if options.ignoresEmptyServices, unnamed.isEmpty, named.isEmpty { return nil }
        showsEndpoints = !options.omitsEndpoints
        // Without the room that they grew by: there is one of these for every Service.
        unnamed = unnamed.map { $0 }
        addresses = addresses.map { $0 }
        locations = locations.map { $0 }
    }

    /// The addresses of the endpoint of a label; nil: there is none.
    func endpoints(_ label: some Collection<UInt8>) -> [IPAddress]? {
        guard showsEndpoints else { return nil }
        var addresses = named[Array(label)] ?? []
        if let address = Self.address(hyphenated: label), unnamed.contains(address),
            !addresses.contains(address), label.elementsEqual(Self.hyphenated(address))
        {
            addresses.append(address)
        }
        return addresses.isEmpty ? nil : addresses
    }

    /// Whether a ready endpoint has one of these addresses: so a DNS server finds itself.
    func hasEndpoint(among addresses: Set<IPAddress>) -> Bool {
        if addresses.isEmpty { return false }
        return unnamed.contains { addresses.contains($0) }
            || named.values.contains { !addresses.isDisjoint(with: $0) }
    }

    private static func clusterIPs(_ spec: ServiceSpec) -> [IPAddress] {
        let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
        return texts.compactMap { IPAddress(kubernetes: $0) }
    }

    private mutating func addClusterIPs(_ clusterIPs: [IPAddress], _ ports: [ServicePort]) {
        addresses = clusterIPs
        for address in clusterIPs { pointers[address] = name }
        for port in ports {
            guard let number = Port(exactly: port.port) else { continue }
            let (label, transport) = Self.labels(port.name, port.protocol)
            locations += clusterIPs.map {
                Location(
                    port: label, protocol: transport, number: number, weight: 1, address: $0,
                    endpoint: nil)
            }
        }
    }

    private mutating func addEndpoints(
        of slices: [String: EndpointSlice], _ weights: [ObjectName: UInt16],
        _ options: DNSZoneOptions
    ) {
        var seen: Set<IPAddress> = []
        for (_, slice) in slices.sorted(by: { $0.key < $1.key }) {
            for endpoint in slice.endpoints where endpoint.ready != false {
                guard let text = endpoint.firstAddress,
                    let address = IPAddress(kubernetes: text)
                else { continue }
                let chosen = Self.label(endpoint, options)
                let label = chosen ?? Self.hyphenated(address)
                guard let own = name.prepending(label) else { continue }
                let isNew: Bool
                if let chosen {
                    isNew = named[chosen]?.contains(address) != true
                    if isNew { named[chosen, default: []].append(address) }
                } else {
                    isNew = seen.insert(address).inserted
                    if isNew { unnamed.append(address) }
                }
                // An endpoint of a Service with a ClusterIP leads back only to a name that its Pod asked for.
                if isHeadless || endpoint.hostname?.isEmpty == false { pointers[address] = own }
                guard isHeadless else { continue }
                if isNew { addresses.append(address) }
                let pod = endpoint.targetRef.map {
                    ObjectName(namespace: $0.namespace, name: $0.name)
                }
                addLocations(
                    slice.ports ?? [], address, label, pod.flatMap { weights[$0] } ?? 1)
            }
        }
    }

    private mutating func addLocations(
        _ ports: [EndpointPort], _ address: IPAddress, _ label: [UInt8], _ weight: UInt16
    ) {
        for port in ports {
            guard let number = port.port.flatMap({ Port(exactly: $0) }) else { continue }
            let (name, transport) = Self.labels(port.name, port.protocol)
            let location = Location(
                port: name, protocol: transport, number: number, weight: weight, address: address,
                endpoint: label)
            locations.append(location)
        }
    }

    private static func labels(_ port: String, _ transport: String) -> ([UInt8], [UInt8]) {
        let transport = transport.lowercased()
        return (
            Array(port.lowercased().utf8), transports[transport] ?? Array(transport.utf8)
        )
    }

    /// One of each for all Services.
    private static let transports = ["tcp", "udp", "sctp"].reduce(into: [:]) {
        $0[$1] = Array($1.utf8)
    }

    /// nil: the endpoint is called by its address.
    private static func label(_ endpoint: Endpoint, _ options: DNSZoneOptions) -> [UInt8]? {
        if let hostname = endpoint.hostname, !hostname.isEmpty {
            return Array(hostname.lowercased().utf8)
        }
        if options.namesEndpointsByPod, let pod = endpoint.targetRef, pod.kind == "Pod",
            (1...DNS.Name.longestLabel).contains(pod.name.utf8.count)
        {
            return Array(pod.name.utf8)
        }
        return nil
    }

    /// `10-244-1-11` or `fd00-244-2--0`: no label begins or ends with a hyphen, so a zero goes there.
    static func hyphenated(_ address: IPAddress) -> [UInt8] {
        let hyphen = UInt8(ascii: "-")
        var label = address.description.utf8.map {
            $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") ? hyphen : $0
        }
        if label.first == hyphen { label.insert(UInt8(ascii: "0"), at: 0) }
        if label.last == hyphen { label.append(UInt8(ascii: "0")) }
        return label
    }

    /// The address that `hyphenated` wrote.
    static func address(hyphenated label: some Collection<UInt8>) -> IPAddress? {
        for separator in [UInt8(ascii: "."), UInt8(ascii: ":")] {
            let text = label.map { $0 == UInt8(ascii: "-") ? separator : $0 }
            if let address = IPAddress(utf8: text) { return address }
        }
        return nil
    }
}
