package import Addresses
package import KubeAPI
package import LoadBalancing

/// The node and the cluster of a case of flows.yaml.
package struct ClusterScene {
    package let nodeIPs: [IPAddress]
    package let snapshot: ClusterSnapshot

    package init(_ flow: ConformanceCase) {
        let node = flow.inputs["node"] ?? .null
        nodeIPs = node.addresses("ips")
        var context = NodeContext(name: node["name"]?.string ?? "")
        context.podCIDRs = node.prefixes("detectLocalCIDRs")
        context.serviceCIDRs = node.prefixes("serviceCIDRs")
        context.masqueradeAll = node["masqueradeAll"]?.bool ?? false
        context.nodePortAddresses = Self.selected(nodeIPs, by: node.prefixes("nodePortAddresses"))
        var state = ClusterState(node: context)
        var metadata = ObjectMeta(name: context.name)
        metadata.labels = node["labels"]?.stringMap ?? [:]
        _ = state.upsert(Node(metadata: metadata))
        for object in flow.inputs["objects"]?.array ?? [] {
            switch object["kind"]?.string {
            case "Service": _ = state.upsert(Service(json: object))
            case "EndpointSlice": _ = state.upsert(EndpointSlice(json: object))
            case let kind: preconditionFailure("\(flow.id): object of kind \(kind ?? "none")")
            }
        }
        snapshot = state.snapshot
    }

    /// As kube-proxy reads `nodePortAddresses`: a family without a CIDR means every address of it.
    private static func selected(
        _ addresses: [IPAddress], by prefixes: [IPPrefix]
    ) -> Set<IPAddress> {
        Set(
            addresses.filter { address in
                let own = prefixes.filter { $0.family == address.family }
                return own.isEmpty || own.contains { $0.contains(address) }
            })
    }
}

extension JSON {
    package func addresses(_ key: String) -> [IPAddress] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPAddress($0) } } ?? []
    }

    package func prefixes(_ key: String) -> [IPPrefix] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPPrefix($0) } } ?? []
    }
}
