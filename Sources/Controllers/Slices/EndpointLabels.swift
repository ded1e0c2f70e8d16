import KubeAPI

/// Labels and annotations that the endpoint controllers use.
package enum EndpointLabels {
    package static let headless = "service.kubernetes.io/headless"
    package static let sliceController = "endpointslice-controller.k8s.io"
    package static let mirroringController = "endpointslicemirroring-controller.k8s.io"
    package static let endpointsManagedBy = "endpoints.kubernetes.io/managed-by"
    package static let endpointsController = "endpoint-controller"
    package static let lastChange = "endpoints.kubernetes.io/last-change-trigger-time"
    package static let overCapacity = "endpoints.kubernetes.io/over-capacity"
    package static let skipMirror = "endpointslice.kubernetes.io/skip-mirror"
    package static let leader = "control-plane.alpha.kubernetes.io/leader"
}

extension Service {
    /// No ClusterIP: endpoints are for DNS, not for proxies.
    var hasNoClusterIP: Bool { spec.clusterIP.isEmpty || spec.clusterIP == "None" }

    /// The labels of the Service's slices (rule E-003).
    var sliceLabels: [String: String] {
        var labels = metadata.labels
        labels[EndpointLabels.headless] = hasNoClusterIP ? "" : nil
        labels[EndpointSlice.serviceNameLabel] = metadata.name
        labels[EndpointSlice.managedByLabel] = EndpointLabels.sliceController
        return labels
    }

    /// The owner reference of what is made for the Service.
    var ownerReference: OwnerReference {
        OwnerReference(
            apiVersion: "v1", kind: "Service", name: metadata.name, uid: metadata.uid,
            controller: true, blockOwnerDeletion: true)
    }
}
