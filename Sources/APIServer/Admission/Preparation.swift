import Addresses
import KubeAPI

/// Makes of what a client sends what is stored: defaults, the parts that are not the client's to set, validation.
/// Services have rules of their own around the allocation (see `ObjectStore.create` and `update`).
struct Preparation: Sendable {
    let services: ServiceValidationContext

    init(_ configuration: APIServer.Configuration) {
        var families: [IPFamily] = []
        for cidr in configuration.serviceCIDRs where !families.contains(cidr.family) {
            families.append(cidr.family)
        }
        services = ServiceValidationContext(
            families: families,
            loopbackPodCIDRs: configuration.allowsLoopbackPods ? configuration.podCIDRs : [])
    }

    /// A new object.
    func create(_ object: JSON, _ resource: Resource) throws(Status) -> JSON {
        var object = object
        if resource == .namespaces { Self.begin(namespace: &object) }
        if resource == .pods { object["status"] = ["phase": "Pending"] }
        return object
    }

    /// An object that replaces `old`: the main resource leaves the status alone, `status` everything else.
    func update(
        _ object: JSON, _ old: JSON, _ resource: Resource, _ subresource: String?
    ) throws(Status) -> JSON {
        var object = object
        if subresource == "status" {
            let status = object["status"]
            let metadata = object["metadata"]
            object = old
            object["status"] = status
            object["metadata"] = metadata
        } else if resource.subresources.contains("status") {
            object["status"] = old["status"]
        }
        if resource == .namespaces { object["spec"] = old["spec"] }
        return object
    }

    private static func begin(namespace object: inout JSON) {
        object["spec"] = ["finalizers": ["kubernetes"]]
        object["status"] = ["phase": "Active"]
        if object.value(at: "metadata", "labels") == nil { object["metadata"]?["labels"] = [:] }
        let name = object.value(at: "metadata", "name")
        object["metadata"]?["labels"]?["kubernetes.io/metadata.name"] = name
    }
}
