/// One kind that the API serves: where it lives in the URL space and what it is called.
package struct Resource: Hashable, Sendable, CustomStringConvertible {
    /// "" for the core group.
    package let group: String
    package let version: String
    /// `services`: the plural of the URL.
    package let plural: String
    package let singular: String
    package let kind: String
    package let isNamespaced: Bool
    package let shortNames: [String]
    package let categories: [String]
    /// `status` where the resource has that subresource, `finalize` for namespaces; in alphabetical order.
    package let subresources: [String]
    /// What can be done to the resource itself, in alphabetical order.
    package let verbs: [String]

    package static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    package init(
        group: String = "", version: String = "v1", plural: String, singular: String, kind: String,
        isNamespaced: Bool = true, shortNames: [String] = [], categories: [String] = [],
        subresources: [String] = [], verbs: [String] = Resource.allVerbs
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.singular = singular
        self.kind = kind
        self.isNamespaced = isNamespaced
        self.shortNames = shortNames
        self.categories = categories
        self.subresources = subresources
        self.verbs = verbs
    }

    /// `v1` or `discovery.k8s.io/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `services` or `endpointslices.discovery.k8s.io`, as errors name it.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    package var description: String { qualifiedName }

    /// What can be done to a subresource that shows the object.
    package func verbs(ofSubresource name: String) -> [String] {
        name == "finalize" ? ["update"] : ["get", "patch", "update"]
    }

    /// What clients tell by that objects are stored in another version now: the first eight bytes of the SHA-256 of
    /// `group/version/kind` of the stored form, in base64 (apiserver, pkg/endpoints/discovery/storageversionhash.go).
    package var storageVersionHash: String? { Self.storageVersionHashes[storage.qualifiedName] }

    private static let storageVersionHashes = [
        "services": "0/CO1lhkEBI=", "endpoints": "fWeeMqaN/OA=", "pods": "xPOwRZ+Yhw8=",
        "nodes": "XwShjMxG9Fs=", "namespaces": "Q3oi5N2YM8M=", "events": "r2yiGXH7wu8=",
        "endpointslices.discovery.k8s.io": "qgS0xkrxYAI=",
        "servicecidrs.networking.k8s.io": "gNLvruQhW2g=",
        "ipaddresses.networking.k8s.io": "3f/plJFChNE=",
        "leases.coordination.k8s.io": "gqkMMb/YqFM=", "tokens.pointsman.dev": "LSVwJfNGfOA=",
    ]

    /// Subresources that carry other protocols than objects.
    package var connections: [Connection] {
        self == .services ? [Connection(name: "proxy", kind: "ServiceProxyOptions")] : []
    }

    package struct Connection: Sendable {
        package let name: String
        /// Of the options in the query, as discovery names it.
        package let kind: String
    }

    package static func == (a: Resource, b: Resource) -> Bool {
        a.plural == b.plural && a.group == b.group && a.version == b.version
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(plural)
        hasher.combine(group)
    }
}

extension Resource {
    package static let services = Resource(
        plural: "services", singular: "service", kind: "Service", shortNames: ["svc"],
        categories: ["all"], subresources: ["status"])
    package static let endpoints = Resource(
        plural: "endpoints", singular: "endpoints", kind: "Endpoints", shortNames: ["ep"])
    package static let pods = Resource(
        plural: "pods", singular: "pod", kind: "Pod", shortNames: ["po"], categories: ["all"],
        subresources: ["status"])
    package static let nodes = Resource(
        plural: "nodes", singular: "node", kind: "Node", isNamespaced: false, shortNames: ["no"],
        subresources: ["status"])
    package static let namespaces = Resource(
        plural: "namespaces", singular: "namespace", kind: "Namespace", isNamespaced: false,
        shortNames: ["ns"], subresources: ["finalize", "status"],
        // They go one at a time.
        verbs: allVerbs.filter { $0 != "deletecollection" })
    package static let events = Resource(
        plural: "events", singular: "event", kind: "Event", shortNames: ["ev"])
    package static let endpointSlices = Resource(
        group: "discovery.k8s.io", plural: "endpointslices", singular: "endpointslice",
        kind: "EndpointSlice")
    package static let serviceCIDRs = Resource(
        group: "networking.k8s.io", plural: "servicecidrs", singular: "servicecidr",
        kind: "ServiceCIDR", isNamespaced: false, subresources: ["status"])
    package static let ipAddresses = Resource(
        group: "networking.k8s.io", plural: "ipaddresses", singular: "ipaddress",
        kind: "IPAddress", isNamespaced: false, shortNames: ["ip"])
    package static let leases = Resource(
        group: "coordination.k8s.io", plural: "leases", singular: "lease", kind: "Lease")
    /// The Events of `events` once more, under the names that events.k8s.io gives to their fields.
    package static let groupEvents = Resource(
        group: "events.k8s.io", plural: "events", singular: "event", kind: "Event",
        shortNames: ["ev"])

    /// Every resource that the API serves.
    package static let all: [Resource] = [
        services, endpoints, pods, nodes, namespaces, events, endpointSlices, serviceCIDRs,
        ipAddresses, leases, groupEvents,
        localSubjectAccessReviews, selfSubjectAccessReviews, selfSubjectRulesReviews,
        subjectAccessReviews,
        selfSubjectReviews, tokenReviews, tokens,
    ]

    /// The resource whose objects are stored; another one only where two resources show the same objects.
    package var storage: Resource { self == .groupEvents ? .events : self }
}
