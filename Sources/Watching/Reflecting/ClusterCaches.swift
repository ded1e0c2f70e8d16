package import KubeAPI

/// One cache a kind, shared by every component of a process: one watch and one copy of each object.
package struct ClusterCaches: Sendable {
    package let services = ObjectCache<Service>()
    package let endpoints = ObjectCache<Endpoints>()
    package let endpointSlices = ObjectCache<EndpointSlice>()
    package let pods = ObjectCache<Pod>()
    package let nodes = ObjectCache<Node>()
    package let namespaces = ObjectCache<Namespace>()
    /// Nothing waits for these: an API before Kubernetes 1.33 has none.
    package let serviceCIDRs = ObjectCache<ServiceCIDR>()

    package init() {}

    /// Keeps all caches equal to `source` until the task is cancelled.
    package func run(
        _ source: any ObjectSource, time: TimeSource,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) async {
        await withDiscardingTaskGroup { group in
            reflect(services, source, time, report, &group)
            reflect(endpoints, source, time, report, &group)
            reflect(endpointSlices, source, time, report, &group)
            reflect(pods, source, time, report, &group)
            reflect(nodes, source, time, report, &group)
            reflect(namespaces, source, time, report, &group)
            reflect(serviceCIDRs, source, time, report, &group)
        }
    }

    private func reflect<Kind: KubeObject>(
        _ cache: ObjectCache<Kind>, _ source: any ObjectSource, _ time: TimeSource,
        _ report: @escaping @Sendable (String) -> Void, _ group: inout DiscardingTaskGroup
    ) {
        group.addTask { await Reflector(source, into: cache, time: time, report: report).run() }
    }

    /// Returns once every cache has its first list.
    package func waitUntilSynced() async {
        await services.waitUntilSynced()
        await endpoints.waitUntilSynced()
        await endpointSlices.waitUntilSynced()
        await pods.waitUntilSynced()
        await nodes.waitUntilSynced()
        await namespaces.waitUntilSynced()
    }
}
