extension Schema {
    static let lease = Schema.kind(
        .coordination, "Lease", "Who holds a right, and until when.",
        [
            metadataField,
            .object("spec", 2, leaseSpec, "The holder and the times.").always,
        ])

    static let leaseSpec = Schema(
        .coordination, "LeaseSpec", "The holder of a lease and the times.",
        [
            .string("holderIdentity", 1, "Who holds it.").optional,
            .int32("leaseDurationSeconds", 2, "How long it holds without renewal.").optional,
            .microTime("acquireTime", 3, "When it was taken."),
            .microTime("renewTime", 4, "When it was renewed last."),
            .int32("leaseTransitions", 5, "How often the holder changed.").optional,
            .string("strategy", 6, "How the next holder is found.").optional,
            .string("preferredHolder", 7, "Who should take it next.").optional,
        ])
}
