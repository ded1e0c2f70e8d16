package import Addresses
package import KubeAPI
package import LoadBalancing

/// The node and the objects of a case of flows.yaml.
package struct FlowScene: Sendable {
    package let node: NodeContext
    /// The Node, as in the API.
    package let nodeObject: JSON
    /// Every address of the node.
    package let nodeAddresses: [IPAddress]
    /// The families of which every address of the node serves NodePorts.
    package let wholeFamilies: Set<IPFamily>
    /// Services and EndpointSlices, as in the API.
    package var objects: [JSON]

    package init(_ flow: ConformanceCase) {
        let json = flow.inputs["node"] ?? .null
        nodeAddresses = json.addresses("ips")
        var node = NodeContext(name: json["name"]?.string ?? "")
        node.podCIDRs = json.prefixes("detectLocalCIDRs")
        node.serviceCIDRs = json.prefixes("serviceCIDRs")
        node.masqueradeAll = json["masqueradeAll"]?.bool ?? false
        let selection = NodePortAddressSelection(json.prefixes("nodePortAddresses"))
        wholeFamilies = selection.wholeFamilies
        node.nodePortAddresses = selection.served(
            of: nodeAddresses, nodeIPs: Set(nodeAddresses))
        self.node = node
        nodeObject = [
            "apiVersion": "v1", "kind": "Node",
            "metadata": ["name": .string(node.name), "labels": json["labels"] ?? [:]],
        ]
        objects = flow.inputs["objects"]?.array ?? []
    }

    package var services: [Service] {
        objects.filter { $0["kind"] == "Service" }.map { Service(json: $0) }
    }

    package var slices: [EndpointSlice] {
        objects.filter { $0["kind"] == "EndpointSlice" }.map { EndpointSlice(json: $0) }
    }

    package var snapshot: ClusterSnapshot {
        var state = ClusterState(node: node)
        _ = state.upsert(Node(json: nodeObject))
        for service in services { _ = state.upsert(service) }
        for slice in slices { _ = state.upsert(slice) }
        return state.snapshot
    }

    /// Reads `{from, to, protocol, port}`; nil if it cannot be read. What comes from an address of the node, or goes
    /// to where it comes from, is sent by a process of the node.
    package func packet(_ json: JSON) -> Packet? {
        guard let source = json["from"]?.string.flatMap({ IPAddress($0) }),
            let destination = json["to"]?.string.flatMap({ IPAddress($0) }),
            let `protocol` = json["protocol"]?.string.flatMap(L4Protocol.init(rawValue:)),
            let port = json["port"]?.integer.flatMap({ Port(exactly: $0) })
        else { return nil }
        let isFromHost =
            nodeAddresses.contains(source) || source.isLoopback || source == destination
        return Packet(from: source, to: destination, `protocol`, port, isFromHost: isFromHost)
    }
}

/// What becomes of one packet of a case of flows.yaml.
package struct FlowAnswer: Sendable {
    package enum Verdict: Equatable, Sendable {
        case dnat(Set<IPSocketAddress>, masquerade: Bool)
        case drop, reject, pass
    }

    /// nil if it cannot be read.
    package let verdict: Verdict?
    /// It is the answer of nftables mode, not that of iptables alone.
    package let isForNFTables: Bool

    package init(_ json: JSON) {
        verdict = Verdict(json["expect"] ?? .null)
        let modes = json["modes"]?.array?.compactMap(\.string)
        isForNFTables = modes?.contains("nftables") ?? true
    }
}

extension FlowAnswer.Verdict {
    fileprivate init?(_ json: JSON) {
        switch json["verdict"]?.string {
        case "dnat":
            let texts = json["endpoints"]?.array?.compactMap(\.string) ?? []
            let endpoints = texts.compactMap { IPSocketAddress($0) }
            guard !endpoints.isEmpty, endpoints.count == texts.count else { return nil }
            self = .dnat(Set(endpoints), masquerade: json["masquerade"]?.bool ?? false)
        case "drop": self = .drop
        case "reject": self = .reject
        case "pass", "accept": self = .pass
        default: return nil
        }
    }
}

extension JSON {
    /// The texts of an array that are addresses.
    package func addresses(_ key: String) -> [IPAddress] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPAddress($0) } } ?? []
    }

    /// The texts of an array that are networks.
    package func prefixes(_ key: String) -> [IPPrefix] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPPrefix($0) } } ?? []
    }
}
