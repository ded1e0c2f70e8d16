import Addresses
import KubeAPI
import Linux
import Watching

/// The objects that exist in a cluster before any user makes one.
struct Bootstrap: Sendable {
    let plan: AddressPlan
    let nodeName: String
    /// The port of the API and where DNS listens, as Pods reach them.
    let apiPort: Port
    let dns: [IPSocketAddress]
    let now: String

    /// Makes what is missing and brings addresses up to date; what users have changed otherwise stays.
    func apply(_ client: some ObjectClient) async throws(Status) {
        for name in ["default", "kube-system"] {
            try await ensure(client, .namespaces, Self.namespace(name))
        }
        try await applyNode(client)
        try await releaseDNSService(client)
        try await applyServices(client)
    }

    /// Makes the Services anew that somebody deletes, as a control plane does, until the task is cancelled.
    /// - Parameter report: gets what could not be made.
    func keep(_ client: some ObjectClient, report: (Status) -> Void) async {
        while (try? await Task.sleep(for: .seconds(10))) != nil {
            do throws(Status) { try await applyServices(client) } catch { report(error) }
        }
    }

    /// A Service for DNS at other addresses than this start wants is made anew.
    private func releaseDNSService(_ client: some ObjectClient) async throws(Status) {
        let name = ObjectName(namespace: "kube-system", name: "kube-dns")
        do throws(Status) {
            let stored = try await client.get(.services, name)
            guard let service = try? Service(json: stored.json()) else { return }
            let wanted = plan.dnsClusterIPs.map(\.description)
            if service.spec.clusterIPs != wanted {
                try await client.delete(.services, name, DeleteOptions())
            }
        } catch  where error.reason == .notFound {}
    }

    private func applyServices(_ client: some ObjectClient) async throws(Status) {
        try await ensure(client, .services, apiService)
        try await ensure(client, .services, dnsService)
        let api = [Self.port("https", "TCP", apiPort)]
        try await applyEndpoints(
            client, ObjectName(namespace: "default", name: "kubernetes"),
            addresses: plan.hostAddresses, ports: api)
        if let first = dns.first {
            try await applyEndpoints(
                client, ObjectName(namespace: "kube-system", name: "kube-dns"),
                addresses: Self.reachable(dns.filter { $0.port == first.port }, plan),
                ports: [
                    Self.port("dns", "UDP", first.port), Self.port("dns-tcp", "TCP", first.port),
                ])
        }
    }

    /// The addresses that Pods can ask of those that are listened on: the host's own for a wildcard, and none for
    /// the host's loopback, which no endpoint may have.
    static func reachable(_ listening: [IPSocketAddress], _ plan: AddressPlan) -> [IPAddress] {
        let addresses = listening.map(\.address).flatMap { address in
            if address.isUnspecified {
                return plan.hostAddresses.filter { $0.family == address.family }
            }
            let isOfPods = plan.podCIDRs.contains { $0.contains(address) }
            return address.isLoopback && !isOfPods ? [] : [address]
        }
        return Set(addresses).sorted()
    }

    private func ensure(
        _ client: some ObjectClient, _ resource: Resource, _ object: JSON
    ) async throws(Status) {
        do throws(Status) {
            _ = try await client.create(resource, object)
        } catch  where error.reason == .alreadyExists {}
    }

    private static func namespace(_ name: String) -> JSON {
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    }

    // MARK: Services

    private var apiService: JSON {
        service(
            "kubernetes", in: "default", addresses: plan.apiClusterIPs,
            labels: ["component": "apiserver", "provider": "kubernetes"],
            ports: [
                [
                    "name": "https", "protocol": "TCP", "port": 443,
                    "targetPort": .integer(Int64(apiPort)),
                ]
            ])
    }

    private var dnsService: JSON {
        let target = JSON.integer(Int64(dns.first?.port ?? 53))
        return service(
            "kube-dns", in: "kube-system", addresses: plan.dnsClusterIPs,
            labels: ["k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"],
            ports: [
                ["name": "dns", "protocol": "UDP", "port": 53, "targetPort": target],
                ["name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": target],
            ])
    }

    private func service(
        _ name: String, in namespace: String, addresses: [IPAddress], labels: [String: String],
        ports: [JSON]
    ) -> JSON {
        let texts = addresses.map(\.description)
        return [
            "apiVersion": "v1", "kind": "Service",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": .stringMap(labels),
            ],
            "spec": [
                "type": "ClusterIP", "clusterIP": .string(texts[0]), "clusterIPs": .strings(texts),
                "ipFamilies": .strings(addresses.map(\.family.description)),
                "ipFamilyPolicy": addresses.count > 1 ? "PreferDualStack" : "SingleStack",
                "ports": .array(ports),
            ],
        ]
    }

    // MARK: Endpoints

    private static func port(_ name: String, _ protocol: String, _ port: Port) -> EndpointPort {
        EndpointPort(name: name, protocol: `protocol`, port: Int64(port))
    }

    /// Endpoints for old clients and one EndpointSlice a family; the label keeps the mirroring controller away.
    private func applyEndpoints(
        _ client: some ObjectClient, _ service: ObjectName, addresses: [IPAddress],
        ports: [EndpointPort]
    ) async throws(Status) {
        var meta = ObjectMeta(
            name: service.name, namespace: service.namespace,
            labels: ["endpointslice.kubernetes.io/skip-mirror": "true"])
        let primary = addresses.filter { $0.family == plan.families.first }
        let subset = EndpointSubset(
            addresses: primary.map { EndpointAddress(ip: $0.description) }, ports: ports)
        try await put(
            client, .endpoints,
            Endpoints(metadata: meta, subsets: primary.isEmpty ? [] : [subset]).json)
        meta.labels = [EndpointSlice.serviceNameLabel: service.name]
        for family in plan.families {
            meta.name =
                service.name + (family == plan.families.first ? "" : "-\(family)".lowercased())
            let endpoints = addresses.filter { $0.family == family }.map { address in
                var endpoint = Endpoint(addresses: [address.description])
                endpoint.ready = true
                endpoint.nodeName = nodeName
                return endpoint
            }
            try await put(
                client, .endpointSlices,
                EndpointSlice(
                    metadata: meta, addressType: family.description, endpoints: endpoints,
                    ports: ports
                ).json)
        }
    }

    private func put(
        _ client: some ObjectClient, _ resource: Resource, _ object: JSON
    ) async throws(Status) {
        do throws(Status) {
            _ = try await client.create(resource, object)
        } catch  where error.reason == .alreadyExists {
            _ = try await client.update(resource, object)
        }
    }

    // MARK: Node

    private func applyNode(_ client: some ObjectClient) async throws(Status) {
        let node: JSON = [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(nodeName),
                "labels": [
                    "kubernetes.io/hostname": .string(nodeName), "kubernetes.io/os": "linux",
                ],
            ],
            "spec": [
                "podCIDR": .string(plan.podCIDRs[0].description),
                "podCIDRs": .strings(plan.podCIDRs.map(\.description)),
            ],
        ]
        try await ensure(client, .nodes, node)
        let addresses =
            plan.nodeIPs.map { address -> JSON in
                ["type": "InternalIP", "address": .string(address.description)]
            } + [["type": "Hostname", "address": .string(nodeName)]]
        let cpus: JSON = ["cpu": .string("\(ProcessorCount.online)")]
        let status: JSON = [
            "status": [
                "addresses": .array(addresses), "capacity": cpus, "allocatable": cpus,
                "conditions": [
                    [
                        "type": "Ready", "status": "True", "reason": "PointsmanReady",
                        "message": "Pointsman is running", "lastTransitionTime": .string(now),
                        "lastHeartbeatTime": .string(now),
                    ]
                ],
                "nodeInfo": [
                    "operatingSystem": "linux", "kubeletVersion": .string(Version.gitVersion),
                    "containerRuntimeVersion": "process",
                ],
            ]
        ]
        _ = try await client.patch(
            .nodes, ObjectName(nodeName), .merge(status), subresource: "status")
    }
}
