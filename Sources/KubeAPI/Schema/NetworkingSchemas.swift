extension Schema {
    static let serviceCIDR = Schema.kind(
        .networking, "ServiceCIDR", "Networks that ClusterIPs of Services are taken from.",
        [
            metadataField,
            .object("spec", 2, serviceCIDRSpec, "The networks.").always,
            .object("status", 3, serviceCIDRStatus, "Whether they are in use.").always,
        ])

    static let serviceCIDRSpec = Schema(
        .networking, "ServiceCIDRSpec", "The networks of a ServiceCIDR.",
        [
            .strings(
                "cidrs", 1,
                "One network, or one of each family, as in 10.96.0.0/16; never changes, but a second "
                    + "one may be added.")
        ])

    static let serviceCIDRStatus = Schema(
        .networking, "ServiceCIDRStatus", "Whether the networks of a ServiceCIDR are in use.",
        [
            .list("conditions", 1, condition, "Aspects of its state; Ready is one.")
                .keyed(by: "type").merging(by: "type")
        ])

    static let ipAddress = Schema.kind(
        .networking, "IPAddress",
        "An address that is taken; its name is the address in canonical form.",
        [metadataField, .object("spec", 2, ipAddressSpec, "Who has it.").always])

    static let ipAddressSpec = Schema(
        .networking, "IPAddressSpec", "Who has an address.",
        [
            .object("parentRef", 1, parentReference, "The object that has it; never changes.")
                .required
        ])

    static let parentReference = Schema(
        .networking, "ParentReference", "Names the object that has an address.",
        [
            .string("group", 1, "Its group; empty for the core group."),
            .string("resource", 2, "Its resource, such as services.").required,
            .string("namespace", 3, "Its namespace."),
            .string("name", 4, "Its name.").required,
        ])
}
