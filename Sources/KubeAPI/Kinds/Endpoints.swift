/// v1 Endpoints, complete: the legacy object beside the EndpointSlices.
package struct Endpoints: Equatable, Sendable {
    package var metadata: ObjectMeta
    package var subsets: [EndpointSubset]

    package init(metadata: ObjectMeta, subsets: [EndpointSubset] = []) {
        self.metadata = metadata
        self.subsets = subsets
    }
}

/// `subsets[]`: every address has every port.
package struct EndpointSubset: Equatable, Sendable {
    package var addresses: [EndpointAddress]
    package var notReadyAddresses: [EndpointAddress]
    package var ports: [EndpointPort]

    package init(
        addresses: [EndpointAddress] = [], notReadyAddresses: [EndpointAddress] = [],
        ports: [EndpointPort] = []
    ) {
        self.addresses = addresses
        self.notReadyAddresses = notReadyAddresses
        self.ports = ports
    }
}

/// `subsets[].addresses[]`.
package struct EndpointAddress: Hashable, Sendable {
    package var ip: String
    package var hostname: String?
    package var nodeName: String?
    package var targetRef: ObjectReference?

    package init(ip: String) { self.ip = ip }
}
