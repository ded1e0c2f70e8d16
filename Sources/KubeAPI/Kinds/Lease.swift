/// A view of coordination.k8s.io/v1 Lease: who holds a right, and for how long.
package struct Lease: Equatable, Sendable {
    package var metadata: ObjectMeta
    package var holderIdentity: String?
    package var leaseDurationSeconds: Int64?
    package var leaseTransitions: Int64?
    package var strategy: String?
    package var preferredHolder: String?

    package init(metadata: ObjectMeta) { self.metadata = metadata }
}

extension Lease: KubeObject {
    package static var resource: Resource { .leases }

    package init(json: JSON) {
        self.init(metadata: ObjectMeta(json: json["metadata"] ?? .null))
        let spec = json["spec"] ?? .null
        holderIdentity = spec["holderIdentity"]?.string
        leaseDurationSeconds = spec["leaseDurationSeconds"]?.integer
        leaseTransitions = spec["leaseTransitions"]?.integer
        strategy = spec["strategy"]?.string
        preferredHolder = spec["preferredHolder"]?.string
    }
}
