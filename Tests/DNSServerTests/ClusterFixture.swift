import Addresses
import KubeAPI
import LoadBalancing
import Wire

/// Clusters in the words of DNS tests.
struct ClusterFixture {
    var snapshot = ClusterSnapshot(node: NodeContext(name: "node"))

    static let domain = DNS.Name("cluster.local")!

    var all: Set<ObjectName> { Set(snapshot.services.keys).union(snapshot.slices.keys) }

    mutating func add(
        _ name: String, _ namespace: String = "shop", clusterIPs: [String] = [],
        ports: [ServicePort] = [], externalName: String? = nil
    ) {
        var spec = ServiceSpec()
        spec.type = externalName == nil ? .clusterIP : .externalName
        spec.externalName = externalName ?? ""
        if externalName == nil {
            spec.clusterIPs = clusterIPs.isEmpty ? ["None"] : clusterIPs
            spec.clusterIP = spec.clusterIPs[0]
        }
        spec.ports = ports
        let metadata = ObjectMeta(name: name, namespace: namespace)
        snapshot.services[metadata.objectName] = Service(metadata: metadata, spec: spec)
        snapshot.namespaces.insert(namespace)
    }

    mutating func add(
        slice: String, of service: String, in namespace: String = "shop", _ endpoints: [Endpoint],
        ports: [EndpointPort] = []
    ) {
        let metadata = ObjectMeta(
            name: slice, namespace: namespace,
            labels: [EndpointSlice.serviceNameLabel: service])
        let name = ObjectName(namespace: namespace, name: service)
        snapshot.slices[name, default: [:]][slice] = EndpointSlice(
            metadata: metadata, addressType: "IPv4", endpoints: endpoints, ports: ports)
    }

    static func endpoint(_ address: String, hostname: String? = nil, pod: String? = nil)
        -> Endpoint
    {
        var endpoint = Endpoint(addresses: [address])
        endpoint.hostname = hostname
        endpoint.targetRef = pod.map {
            ObjectReference(kind: "Pod", namespace: "shop", name: $0)
        }
        return endpoint
    }

    /// A headless Service `db` with so many endpoints, db-0 and on.
    mutating func addHeadless(_ count: Int, name: String = "db") {
        add(name, ports: [ServicePort(name: "pg", port: 5432)])
        add(
            slice: "\(name)-1", of: name,
            (0..<count).map {
                Self.endpoint("10.244.\($0 / 250).\($0 % 250 + 1)", hostname: "\(name)-\($0)")
            }, ports: [EndpointPort(name: "pg", port: 5432)])
    }

    func zone(_ change: (inout DNSZoneOptions) -> Void = { _ in }) -> DNSZone {
        var options = DNSZoneOptions(domain: Self.domain)
        change(&options)
        var zone = DNSZone(options: options)
        zone.update(from: snapshot, changed: all)
        return zone
    }
}

extension DNSZone {
    /// The answer to a question in text: `NXDOMAIN`, `NODATA`, `none`, or records' data, sorted.
    func text(_ name: String, _ type: DNS.RecordType) -> [String] {
        switch answer(DNS.Question(DNS.Name(name)!, type)) {
        case .notAuthoritative: ["none"]
        case .nxdomain: ["NXDOMAIN"]
        case .nodata: ["NODATA"]
        case .records(let records, _): records.map(\.data.description).sorted()
        case .alias(_, let target): ["alias \(target)"]
        }
    }
}
