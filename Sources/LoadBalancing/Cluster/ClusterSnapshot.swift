package import Addresses
package import KubeAPI

/// The part of the cluster that traffic and names depend on: one immutable value that everything is compiled from.
package struct ClusterSnapshot: Sendable {
    package var services: [ObjectName: Service] = [:]
    /// By Service (label `kubernetes.io/service-name`), then by the slice's own name.
    package var slices: [ObjectName: [String: EndpointSlice]] = [:]
    /// Annotation `pointsman.dev/weight` of the Pods that carry one.
    package var podWeights: [ObjectName: UInt16] = [:]
    /// The text of that annotation where it is no weight.
    package var invalidPodWeights: [ObjectName: String] = [:]
    /// Some Pod has the annotation.
    var hasPodWeights: Bool { !podWeights.isEmpty || !invalidPodWeights.isEmpty }
    /// Pods on their way out that were told that nothing new is sent to them: they may be ending by now, and are no
    /// last resort, whatever their endpoints still say.
    package var drainedPods: Set<ObjectName> = []
    package var namespaces: Set<String> = []
    package var node: NodeContext

    package init(node: NodeContext) { self.node = node }
}

/// The node that a table is compiled for.
package struct NodeContext: Equatable, Sendable {
    package var name: String
    /// Label `topology.kubernetes.io/zone`.
    package var zone: String?
    /// Addresses of this node on which NodePorts are served.
    package var nodePortAddresses: Set<IPAddress> = []
    package var podCIDRs: [IPPrefix] = []
    /// nil: Pods are told by `podCIDRs`.
    package var podInterfaces: PodInterfaces?
    package var serviceCIDRs: [IPPrefix] = []
    package var masqueradeAll = false

    package init(name: String) { self.name = name }
}
