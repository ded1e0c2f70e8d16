import KubeAPI

/// A list of EndpointSlices as a large cluster has them.
struct SliceList {
    let slices: Int
    let endpointsPerSlice: Int

    var json: JSON {
        [
            "kind": "EndpointSliceList", "apiVersion": "discovery.k8s.io/v1",
            "metadata": ["resourceVersion": "123456"],
            "items": .array((0..<slices).map { slice($0).json }),
        ]
    }

    private func slice(_ number: Int) -> EndpointSlice {
        var metadata = ObjectMeta(
            name: "service-\(number)-endpoints", namespace: "namespace-\(number % 50)",
            labels: [
                EndpointSlice.serviceNameLabel: "service-\(number)",
                EndpointSlice.managedByLabel: "endpointslice-controller.k8s.io",
            ])
        metadata.uid = "0b5cf0a8-9ba0-4f28-9d3b-\(100_000_000_000 + number)"
        metadata.resourceVersion = ResourceVersion(UInt64(100_000 + number))
        metadata.creationTimestamp = "2026-08-01T12:00:00Z"
        return EndpointSlice(
            metadata: metadata, addressType: "IPv4",
            endpoints: (0..<endpointsPerSlice).map { endpoint(number, $0) },
            ports: [
                EndpointPort(name: "http", port: 8080), EndpointPort(name: "metrics", port: 9090),
            ])
    }

    private func endpoint(_ slice: Int, _ number: Int) -> Endpoint {
        var endpoint = Endpoint(addresses: ["10.\(slice / 250).\(slice % 250).\(number + 1)"])
        endpoint.ready = true
        endpoint.serving = true
        endpoint.terminating = false
        endpoint.nodeName = "node-\(number % 40)"
        endpoint.zone = "zone-\(number % 3)"
        endpoint.targetRef = ObjectReference(
            kind: "Pod", namespace: "namespace-\(slice % 50)", name: "service-\(slice)-\(number)",
            uid: "7d0f1b6e-54c5-4c93-8b5e-\(200_000_000_000 + slice * 1000 + number)")
        return endpoint
    }
}
