extension Schema {
    static let namespace = Schema.kind(
        .core, "Namespace", "A scope for the names of objects.",
        [
            metadataField,
            .object("spec", 2, namespaceSpec, "What the namespace shall be.").always,
            .object("status", 3, namespaceStatus, "How it is.").always,
        ])

    static let namespaceSpec = Schema(
        .core, "NamespaceSpec", "What a namespace shall be.",
        [.strings("finalizers", 1, "Work that must be done before it may vanish.")])

    static let namespaceStatus = Schema(
        .core, "NamespaceStatus", "How a namespace is.",
        [
            .string("phase", 1, "Active or Terminating."),
            .list("conditions", 2, namespaceCondition, "Aspects of its state.")
                .keyed(by: "type").merging(by: "type"),
        ])

    static let namespaceCondition = Schema(
        .core, "NamespaceCondition", "One aspect of the state of a namespace.",
        [
            .string("type", 1, "Name of the aspect.").required,
            .string("status", 2, "True, False or Unknown.").required,
            .time("lastTransitionTime", 4, "When the status changed last."),
            .string("reason", 5, "Why, as one word."),
            .string("message", 6, "Why, for people."),
        ])
}
