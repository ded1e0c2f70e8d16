import Addresses
import KubeAPI

/// Makes of what a client sends what is stored: defaults, the parts that are not the client's to set, validation.
/// Services have rules of their own around the allocation (see `ObjectStore.create` and `update`).
struct Preparation: Sendable {
    let services: ServiceValidationContext

    init(_ configuration: APIServer.Configuration) {
        services = ServiceValidationContext(
            loopbackPodCIDRs: configuration.allowsLoopbackPods ? configuration.podCIDRs : [],
            gates: configuration.gates)
    }

    /// A new object.
    func create(_ object: JSON, _ resource: Resource) throws(Status) -> JSON {
        var object = object
        ObjectRules.prepareForCreate(&object, resource)
        if resource == .namespaces { Self.begin(namespace: &object) }
        var errors = ObjectRules.createErrors(object, resource, services)
        // Whatever the rules of the kind: what has no name cannot be stored.
        if object.name.isEmpty, !errors.contains(where: { $0.path == "metadata.name" }) {
            errors.append(.required("metadata.name", "name or generateName is required"))
        }
        try errors.check(resource, object.name)
        return object
    }

    /// An object that replaces `old`.
    /// - Parameter subresource: nil, `status`, or `finalize` of a namespace.
    func update(
        _ object: JSON, _ old: JSON, _ resource: Resource, _ subresource: String?
    ) throws(Status) -> JSON {
        var object = object
        ObjectRules.prepareForUpdate(
            &object, replacing: old, resource, subresource: subresource)
        // What is to be done before a namespace goes is said in a subresource of its own.
        if resource == .namespaces, subresource != "finalize" { object["spec"] = old["spec"] }
        try ObjectRules.updateErrors(
            object, replacing: old, resource, subresource: subresource, services
        ).check(resource, object.name)
        return object
    }

    /// The finalizer stands for the content, which goes first.
    private static func begin(namespace object: inout JSON) {
        object["spec"] = ["finalizers": [.string(NamespaceRules.contentFinalizer)]]
    }
}

extension JSON {
    fileprivate var name: String { value(at: "metadata", "name")?.string ?? "" }
}
