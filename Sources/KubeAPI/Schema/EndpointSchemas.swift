extension Schema {
    static let objectReference = Schema(
        .core, "ObjectReference", "Names another object.",
        [
            .string("kind", 1, "Its kind."),
            .string("namespace", 2, "Its namespace."),
            .string("name", 3, "Its name."),
            .string("uid", 4, "Its UID."),
            .string("apiVersion", 5, "Its group and version."),
            .string("resourceVersion", 6, "The state of it that is meant."),
            .string("fieldPath", 7, "The part of it that is meant."),
        ]
    ).atomic

    static let endpointSlice = Schema.kind(
        .discovery, "EndpointSlice", "A part of the endpoints of a Service, of one address family.",
        [
            metadataField,
            .string("addressType", 4, "IPv4, IPv6 or FQDN; never changes.").required,
            .list("endpoints", 2, endpoint, "The endpoints, at most 1000.").required,
            .list("ports", 3, endpointSlicePort, "The ports that each endpoint offers."),
        ])

    static let endpoint = Schema(
        .discovery, "Endpoint", "One place that serves.",
        [
            .strings("addresses", 1, "Its addresses; the first is used.").asSet.required,
            .object("conditions", 2, endpointConditions, "Whether traffic may go there.").always,
            .string("hostname", 3, "Its name under that of the Service, in DNS.").optional,
            .object("targetRef", 4, objectReference, "The object behind it, mostly a Pod."),
            .stringMap("deprecatedTopology", 5, "Topology as v1beta1 had it; only read."),
            .string("nodeName", 6, "The node that it runs on.").optional,
            .string("zone", 7, "The zone that it runs in.").optional,
            .object("hints", 8, endpointHints, "Who should use it."),
        ])

    static let endpointConditions = Schema(
        .discovery, "EndpointConditions", "Whether traffic may go to an endpoint.",
        [
            .boolean("ready", 1, "It takes new connections; absent counts as true.").optional,
            .boolean("serving", 2, "It answers, even while it terminates.").optional,
            .boolean("terminating", 3, "It is about to end.").optional,
        ])

    static let endpointHints = Schema(
        .discovery, "EndpointHints", "Who should use an endpoint.",
        [
            .list("forZones", 1, forZone, "Clients in these zones."),
            .list("forNodes", 2, forNode, "Clients on these nodes."),
        ])

    static let forZone = Schema(
        .discovery, "ForZone", "A zone that an endpoint is meant for.",
        [.string("name", 1, "Name of the zone.").required])

    static let forNode = Schema(
        .discovery, "ForNode", "A node that an endpoint is meant for.",
        [.string("name", 1, "Name of the node.").required])

    static let endpointSlicePort = Schema(
        .discovery, "EndpointPort", "A port of every endpoint of a slice.",
        [
            .string("name", 1, "The name of the Service's port.").optional,
            .string("protocol", 2, "TCP, UDP or SCTP.").optional,
            .int32("port", 3, "The number.").optional,
            .string("appProtocol", 4, "What is spoken on it, as a hint.").optional,
        ]
    ).atomic

    static let endpoints = Schema.kind(
        .core, "Endpoints", "All endpoints of a Service in one object: the elder form of slices.",
        [
            metadataField,
            .list("subsets", 2, endpointSubset, "Addresses with the ports that they share."),
        ])

    static let endpointSubset = Schema(
        .core, "EndpointSubset", "Addresses that offer the same ports.",
        [
            .list("addresses", 1, endpointAddress, "Those that are ready."),
            .list("notReadyAddresses", 2, endpointAddress, "Those that are not."),
            .list("ports", 3, endpointPort, "The ports that each of them offers."),
        ])

    static let endpointAddress = Schema(
        .core, "EndpointAddress", "One address of Endpoints.",
        [
            .string("ip", 1, "The address.").required,
            .string("hostname", 3, "Its name under that of the Service, in DNS."),
            .string("nodeName", 4, "The node that it is on.").optional,
            .object("targetRef", 2, objectReference, "The object behind it, mostly a Pod."),
        ]
    ).atomic

    static let endpointPort = Schema(
        .core, "EndpointPort", "One port of Endpoints.",
        [
            .string("name", 1, "The name of the Service's port."),
            .int32("port", 2, "The number.").required,
            .string("protocol", 3, "TCP, UDP or SCTP."),
            .string("appProtocol", 4, "What is spoken on it, as a hint.").optional,
        ]
    ).atomic
}
