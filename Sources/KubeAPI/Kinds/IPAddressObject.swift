package import Addresses

/// A view of networking.k8s.io/v1 IPAddress: an address that somebody has. Its name is the address in canonical
/// text. (`IPAddress` is the address itself.)
package struct IPAddressObject: Equatable, Sendable {
    package static let familyLabel = "ipaddress.kubernetes.io/ip-family"
    package static let managedByLabel = "ipaddress.kubernetes.io/managed-by"
    /// The value of `managedByLabel` of those that Services have.
    package static let allocator = "ipallocator.k8s.io"

    package var metadata: ObjectMeta
    /// `spec.parentRef`; nil only in what a client sends.
    package var parent: Parent?

    /// `spec.parentRef`.
    package struct Parent: Hashable, Sendable {
        package var group = ""
        package var resource: String
        package var namespace: String
        package var name: String
    }

    package init(metadata: ObjectMeta, parent: Parent?) {
        self.metadata = metadata
        self.parent = parent
    }

    /// The object of a ClusterIP (rule S-051).
    package init(_ address: IPAddress, of service: ObjectName) {
        metadata = ObjectMeta(
            name: address.description,
            labels: [
                Self.familyLabel: address.family.description,
                Self.managedByLabel: Self.allocator,
            ])
        parent = Parent(
            resource: Resource.services.plural, namespace: service.namespace, name: service.name)
    }

    /// nil only in what a client sends.
    package var address: IPAddress? { IPAddress(metadata.name) }

    /// The Service that has it; nil if it belongs to something else.
    package var service: ObjectName? {
        guard let parent, parent.group.isEmpty, parent.resource == Resource.services.plural else {
            return nil
        }
        return ObjectName(namespace: parent.namespace, name: parent.name)
    }

    /// Made for a Service by the server.
    package var isManaged: Bool { metadata.labels[Self.managedByLabel] == Self.allocator }
}

extension IPAddressObject: WritableKubeObject {
    package static var resource: Resource { .ipAddresses }

    package init(json: JSON) {
        let parent = json.value(at: "spec", "parentRef")
        self.init(
            metadata: ObjectMeta(json: json["metadata"] ?? .null),
            parent: parent?.object == nil ? nil : parent.map(Parent.init(json:)))
    }

    package var json: JSON {
        var members = Members(of: .ipAddresses, metadata)
        var spec = Members()
        if let parent { spec.set("parentRef", parent.json) }
        members.set("spec", spec.json)
        return members.json
    }
}

extension IPAddressObject.Parent {
    init(json: JSON) {
        self.init(
            group: json.text("group"), resource: json.text("resource"),
            namespace: json.text("namespace"), name: json.text("name"))
    }

    var json: JSON {
        var members = Members()
        members.set("group", group)
        members.set("resource", resource)
        members.set("namespace", namespace)
        members.set("name", name)
        return members.json
    }
}
