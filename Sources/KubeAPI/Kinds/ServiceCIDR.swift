package import Addresses

/// A view of networking.k8s.io/v1 ServiceCIDR: networks that ClusterIPs are taken from.
package struct ServiceCIDR: Equatable, Sendable {
    /// Keeps a ServiceCIDR until no address in it would be without one.
    package static let finalizer = "networking.k8s.io/service-cidr-finalizer"
    /// The ServiceCIDR that the server makes of its own configuration.
    package static let defaultName = "kubernetes"
    /// The type of the condition that says whether addresses are taken from it.
    package static let ready = "Ready"
    /// Why one that was deleted is not ready.
    package static let terminating = "Terminating"

    package var metadata: ObjectMeta
    /// `spec.cidrs`: one, or one of each family.
    package var cidrs: [String] = []
    package var conditions: [Condition] = []

    package init(metadata: ObjectMeta) { self.metadata = metadata }

    package var prefixes: [IPPrefix] { cidrs.compactMap { IPPrefix($0) } }

    package var readyCondition: Condition? { conditions.first { $0.type == Self.ready } }

    /// New addresses may be taken from it. One of which nothing has been said yet is ready, as in Kubernetes
    /// (cidrallocator.go, isReady).
    package var isReady: Bool {
        metadata.deletionTimestamp == nil && readyCondition?.status ?? "True" == "True"
    }
}

extension ServiceCIDR: WritableKubeObject {
    package static var resource: Resource { .serviceCIDRs }

    package init(json: JSON) {
        self.init(metadata: ObjectMeta(json: json["metadata"] ?? .null))
        cidrs = json["spec"]?.texts("cidrs") ?? []
        conditions = json["status"]?.elements("conditions", Condition.init(json:)) ?? []
    }

    package var json: JSON {
        var members = Members(of: .serviceCIDRs, metadata)
        members.set("spec", ["cidrs": .strings(cidrs)])
        var status = Members()
        status.set("conditions", conditions.map(\.json))
        members.set("status", status.json)
        return members.json
    }
}
