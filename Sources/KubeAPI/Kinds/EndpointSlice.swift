/// discovery.k8s.io/v1 EndpointSlice, complete.
package struct EndpointSlice: Equatable, Sendable {
    private struct Content: Equatable, Sendable {
        var metadata: ObjectMeta
        var addressType: String
        var endpoints: [Endpoint]
        var ports: [EndpointPort]?
    }

    @CopyOnWrite private var content: Content

    package var metadata: ObjectMeta {
        _read { yield content.metadata }
        _modify { yield &content.metadata }
    }
    /// "IPv4", "IPv6" or "FQDN".
    package var addressType: String {
        _read { yield content.addressType }
        _modify { yield &content.addressType }
    }
    package var endpoints: [Endpoint] {
        _read { yield content.endpoints }
        _modify { yield &content.endpoints }
    }
    /// nil and [] both mean that the slice has no port; nil is written as `null`.
    package var ports: [EndpointPort]? {
        _read { yield content.ports }
        _modify { yield &content.ports }
    }

    package init(
        metadata: ObjectMeta, addressType: String, endpoints: [Endpoint] = [],
        ports: [EndpointPort]? = nil
    ) {
        content = Content(
            metadata: metadata, addressType: addressType, endpoints: endpoints, ports: ports)
    }

    package static let serviceNameLabel = "kubernetes.io/service-name"
    package static let managedByLabel = "endpointslice.kubernetes.io/managed-by"

    /// The Service that the slice belongs to, by its label; nil if it has none.
    package var serviceName: ObjectName? {
        metadata.labels[Self.serviceNameLabel].map {
            ObjectName(namespace: metadata.namespace, name: $0)
        }
    }
}

/// `endpoints[]` of an EndpointSlice. There may be very many: what few have is held apart.
package struct Endpoint: Equatable, Sendable {
    private struct Rare: Equatable, Sendable {
        var hostname: String?
        var zone: String?
        var hints: EndpointHints?
        var deprecatedTopology: [String: String] = [:]
    }

    /// The one that counts; nil where the endpoint has none.
    package private(set) var firstAddress: String?
    private var otherAddresses: [String] = []
    /// Seven strings, of which an endpoint without a Pod has none.
    private var target: CopyOnWrite<ObjectReference>?
    /// nil where all of it is unset.
    private var rare: CopyOnWrite<Rare>?
    package var nodeName: String?
    /// nil counts as true.
    package var ready: Bool?
    /// nil counts as `ready`.
    package var serving: Bool?
    /// nil counts as false.
    package var terminating: Bool?

    package init(addresses: [String]) { self.addresses = addresses }

    /// Only the first counts.
    package var addresses: [String] {
        get { firstAddress.map { [$0] + otherAddresses } ?? [] }
        set {
            firstAddress = newValue.first
            otherAddresses = Array(newValue.dropFirst())
        }
    }

    package var targetRef: ObjectReference? {
        get { target?.wrappedValue }
        set { target = newValue.map(CopyOnWrite.init(wrappedValue:)) }
    }

    package var hostname: String? {
        get { rare?.wrappedValue.hostname }
        set { change { $0.hostname = newValue } }
    }

    package var zone: String? {
        get { rare?.wrappedValue.zone }
        set { change { $0.zone = newValue } }
    }

    package var hints: EndpointHints? {
        get { rare?.wrappedValue.hints }
        set { change { $0.hints = newValue } }
    }

    package var deprecatedTopology: [String: String] {
        get { rare?.wrappedValue.deprecatedTopology ?? [:] }
        set { change { $0.deprecatedTopology = newValue } }
    }

    private mutating func change(_ edit: (inout Rare) -> Void) {
        rare.change(unset: Rare(), edit)
    }
}

/// `endpoints[].hints`.
package struct EndpointHints: Equatable, Sendable {
    package var forZones: [String]
    package var forNodes: [String]

    package init(forZones: [String] = [], forNodes: [String] = []) {
        self.forZones = forZones
        self.forNodes = forNodes
    }
}

/// `ports[]` of an EndpointSlice and of an Endpoints subset.
package struct EndpointPort: Hashable, Sendable {
    package var name: String
    package var `protocol`: String
    /// nil in a slice means "all ports" (not used by Pointsman's own controllers).
    package var port: Int64?
    package var appProtocol: String?

    package init(
        name: String = "", protocol: String = "TCP", port: Int64?, appProtocol: String? = nil
    ) {
        self.name = name
        self.protocol = `protocol`
        self.port = port
        self.appProtocol = appProtocol
    }
}

/// v1 ObjectReference.
package struct ObjectReference: Hashable, Sendable {
    package var apiVersion = ""
    package var kind = ""
    package var namespace = ""
    package var name = ""
    private var compactUID = ObjectUID("")
    package var uid: String {
        get { compactUID.text }
        set { compactUID = ObjectUID(newValue) }
    }
    package var resourceVersion = ""
    package var fieldPath = ""

    package init(kind: String = "", namespace: String = "", name: String = "", uid: String = "") {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}
