package import Addresses
package import KubeAPI
import Wire

/// The names of the cluster domain (kubernetes/dns, specification 1.1.0), and the way back from addresses: compiled per
/// Service from the snapshot that the data plane gets.
///
/// A value whose updates are in place and cost what changed; hold it under a lock, and do not copy it.
package struct DNSZone: Sendable {
    package let options: DNSZoneOptions
    /// The SOA's serial: how many updates there were.
    package private(set) var serial: UInt32 = 0

    /// By `api.shop`.
    var services: [DNS.Name: ServiceRecords] = [:]
    var namespaces: Set<String> = []
    /// How many Services with names there are in a namespace.
    var serviceCounts: [String: Int] = [:]
    /// Names that an address leads back to, with the Service each belongs to.
    var pointers: [IPAddress: [Pointer]] = [:]
    /// Services for DNS that have one of our own addresses as an endpoint: the zone's name servers.
    var serverServices: Set<DNS.Name> = []
    /// The zones of addresses that are ours.
    private(set) var reverseZones: [DNS.Name]
    /// Used where Pod records are verified.
    package var pods = PodAddressTable()
    private var node: NodeContext?

    struct Pointer: Equatable, Sendable {
        /// `api.shop` or `db-0.db.shop`.
        let name: DNS.Name
        let service: DNS.Name
        /// A ClusterIP leads back to its Service alone.
        let isClusterIP: Bool
    }

    package init(options: DNSZoneOptions) {
        self.options = options
        reverseZones = options.reverseZones
    }

    /// Takes over what the snapshot says of the changed Services: their own objects or any of their slices.
    package mutating func update(from snapshot: ClusterSnapshot, changed: Set<ObjectName>) {
        serial &+= 1
        for name in changed {
            let records = snapshot.services[name].flatMap {
                ServiceRecords(
                    $0, snapshot.slices[name] ?? [:], weights: snapshot.podWeights, options)
            }
            replace(name, by: records)
        }
        namespaces = snapshot.namespaces
        if node != snapshot.node {
            node = snapshot.node
            let prefixes = Set(snapshot.node.podCIDRs + snapshot.node.serviceCIDRs).sorted()
            reverseZones = options.reverseZones + prefixes.flatMap(ReverseName.zones(covering:))
        }
    }

    private mutating func replace(_ name: ObjectName, by records: ServiceRecords?) {
        let labels = [name.name, name.namespace].map { Array($0.utf8) }
        guard let key = DNS.Name(labels: labels) else { return }
        guard services[key] != records else { return }
        if let old = services.removeValue(forKey: key) { remove(old, name.namespace) }
        guard let records, isExposed(name.namespace) else { return }
        for (address, target) in records.pointers {
            let pointer = Pointer(
                name: target, service: records.name, isClusterIP: target == records.name)
            pointers[address, default: []].append(pointer)
        }
        // Of the Services that lead to our address some lead to other servers there, such as the API.
        if records.hasEndpoint(among: options.serverAddresses),
            records.locations.contains(where: { $0.number == DNS.port })
        {
            serverServices.insert(records.name)
        }
        serviceCounts[name.namespace, default: 0] += 1
        services[key] = records
    }

    private mutating func remove(_ old: ServiceRecords, _ namespace: String) {
        for address in old.pointers.keys {
            pointers[address]?.removeAll { $0.service == old.name }
            if pointers[address]?.isEmpty == true { pointers[address] = nil }
        }
        serverServices.remove(old.name)
        serviceCounts[namespace, default: 0] -= 1
        if serviceCounts[namespace] == 0 { serviceCounts[namespace] = nil }
    }

    /// Where this server is reached through Services that it is an endpoint of: a resolver that must not be forwarded to.
    package var serviceAddressesOfServer: Set<IPAddress> {
        Set(serverServices.flatMap { services[$0]?.addresses ?? [] })
    }

    /// Whether the options show the namespace, if there is one of this name.
    private func isExposed(_ namespace: String) -> Bool {
        options.exposedNamespaces?.contains(namespace) ?? true
    }

    /// Whether the namespace exists and is shown.
    func shows(_ namespace: String) -> Bool {
        isExposed(namespace)
            && (namespaces.contains(namespace) || serviceCounts[namespace] != nil)
    }
}
