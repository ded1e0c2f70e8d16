import KubeAPI

/// What all slices of one owner and one address family have in common.
struct SliceTemplate {
    var namespace: String
    /// "IPv4" or "IPv6".
    var addressType: String
    var owner: OwnerReference
    var labels: [String: String]
    /// nil: an existing slice keeps the annotations that it has.
    var annotations: [String: String]?
    /// Names are `prefix`, `prefix-2`, `prefix-3`, …
    var namePrefix: String

    func slice(_ endpoints: [Endpoint], _ ports: [EndpointPort]) -> EndpointSlice {
        var metadata = ObjectMeta(
            namespace: namespace, labels: labels, annotations: annotations ?? [:])
        metadata.ownerReferences = [owner]
        return EndpointSlice(
            metadata: metadata, addressType: addressType, endpoints: endpoints,
            ports: ports.isEmpty ? nil : ports)
    }

    /// The metadata that an existing slice should have.
    func metadata(_ old: ObjectMeta) -> ObjectMeta {
        var metadata = old
        metadata.labels = labels
        if let annotations { metadata.annotations = annotations }
        return metadata
    }

    func name(_ number: Int) -> String { number == 1 ? namePrefix : "\(namePrefix)-\(number)" }

    /// The prefix for the slices of `service`: the second family's has the family in it.
    static func namePrefix(_ service: String, addressType: String, isPrimary: Bool) -> String {
        isPrimary ? "\(service)-endpoints" : "\(service)-endpoints-\(addressType.lowercased())"
    }
}
