/// A view of v1 Node.
package struct Node: Equatable, Sendable {
    package var metadata: ObjectMeta
    /// `status.addresses[]` of type InternalIP, as text.
    package var internalIPs: [String] = []
    package var conditions: [Condition] = []
    /// `status.allocatable.cpu` in milli-CPUs; nil if absent.
    package var allocatableMilliCPU: Int64?
    package var isUnschedulable = false
    /// `spec.taints[].key`.
    package var taintKeys: [String] = []

    package init(metadata: ObjectMeta) { self.metadata = metadata }

    package var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.status == "True" } }
    /// Label `topology.kubernetes.io/zone`; nil if it is absent or empty.
    package var zone: String? {
        metadata.labels["topology.kubernetes.io/zone"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
