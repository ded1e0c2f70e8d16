/// Which nodes and neighbours a Pod wants.
extension Schema {
    static let affinity = Schema(
        .core, "Affinity", "Which nodes and neighbours a Pod wants.",
        [
            .object("nodeAffinity", 1, nodeAffinity, "Which nodes."),
            .object("podAffinity", 2, podAffinity, "Which Pods it wants near."),
            .object("podAntiAffinity", 3, podAntiAffinity, "Which Pods it wants far."),
        ])

    private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
    private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

    static let nodeAffinity = Schema(
        .core, "NodeAffinity", "Which nodes a Pod wants.",
        [
            .object(required, 1, nodeSelector, "What a node must have."),
            .list(preferred, 2, preferredSchedulingTerm, "What it should have."),
        ])

    static let nodeSelector = Schema(
        .core, "NodeSelector", "Chooses nodes; one of the terms must hold.",
        [.list("nodeSelectorTerms", 1, nodeSelectorTerm, "The terms.").required])

    static let nodeSelectorTerm = Schema(
        .core, "NodeSelectorTerm", "Demands on a node; all must hold.",
        [
            .list("matchExpressions", 1, nodeSelectorRequirement, "Demands on its labels."),
            .list("matchFields", 2, nodeSelectorRequirement, "Demands on its fields."),
        ])

    static let nodeSelectorRequirement = Schema(
        .core, "NodeSelectorRequirement", "A demand on a label or field of a node.",
        [
            .string("key", 1, "The label or field.").required,
            .string("operator", 2, "In, NotIn, Exists, DoesNotExist, Gt or Lt.").required,
            .strings("values", 3, "The values that it compares with."),
        ])

    static let preferredSchedulingTerm = Schema(
        .core, "PreferredSchedulingTerm", "What a node should have, and how much it counts.",
        [
            .int32("weight", 1, "How much it counts, 1 to 100.").required,
            .object("preference", 2, nodeSelectorTerm, "What it should have.").always.required,
        ])

    static let podAffinity = Schema(
        .core, "PodAffinity", "Which Pods a Pod wants near.", podTerms)

    static let podAntiAffinity = Schema(
        .core, "PodAntiAffinity", "Which Pods a Pod wants far.", podTerms)

    private static let podTerms: [Field] = [
        .list(required, 1, podAffinityTerm, "Those that must be so."),
        .list(preferred, 2, weightedPodAffinityTerm, "Those that should be so."),
    ]

    static let podAffinityTerm = Schema(
        .core, "PodAffinityTerm", "Chooses Pods, and says what near means.",
        [
            .object("labelSelector", 1, labelSelector, "Their labels."),
            .strings("namespaces", 2, "Their namespaces; none for the Pod's own."),
            .string("topologyKey", 3, "Near is on nodes with one value of this label.").required,
            .object("namespaceSelector", 4, labelSelector, "The labels of their namespaces."),
            .strings("matchLabelKeys", 5, "Labels whose values are the Pod's own."),
            .strings("mismatchLabelKeys", 6, "Labels whose values are not the Pod's own."),
        ])

    static let weightedPodAffinityTerm = Schema(
        .core, "WeightedPodAffinityTerm", "Chooses Pods, and says how much it counts.",
        [
            .int32("weight", 1, "How much it counts, 1 to 100.").required,
            .object("podAffinityTerm", 2, podAffinityTerm, "Which Pods.").always.required,
        ])
}
