/// The types of meta/v1 that every kind shares.
extension Schema {
    static let apiVersionField = Field.string(
        "apiVersion", 0, "Group and version of the kind, such as v1 or discovery.k8s.io/v1.")
    static let kindField = Field.string("kind", 0, "What kind of object this is, in CamelCase.")

    /// A kind with metadata: `apiVersion`, `kind`, then the given fields.
    static func kind(_ origin: Origin, _ name: String, _ about: String, _ fields: [Field]) -> Schema
    {
        Schema(origin, name, about, [apiVersionField, kindField] + fields)
    }

    /// A kind of the usual frame: metadata, a spec that has to be there, and a status.
    static func kind(
        _ origin: Origin, _ name: String, _ about: String, spec: (type: Schema, about: String),
        status: (type: Schema, about: String)
    ) -> Schema {
        kind(
            origin, name, about,
            [
                metadataField, .object("spec", 2, spec.type, spec.about).required,
                .object("status", 3, status.type, status.about),
            ])
    }

    static let metadataField = Field.object(
        "metadata", 1, objectMeta, "Name, labels and the bookkeeping that every object has."
    ).always

    static let objectMeta = Schema(
        .meta, "ObjectMeta", "What every stored object carries besides its content.",
        [
            .string("name", 1, "Unique among the objects of the kind in the namespace."),
            .string(
                "generateName", 2,
                "Prefix from which the server makes a name when none is given."),
            .string("namespace", 3, "The namespace that holds the object."),
            .string("selfLink", 4, "No longer filled in."),
            .string("uid", 5, "Tells this object from all others, also past ones of its name."),
            .string("resourceVersion", 6, "The revision at which the object was last written."),
            .int64("generation", 7, "Counts the changes of the wanted state."),
            .time("creationTimestamp", 8, "When the server stored the object first."),
            .time("deletionTimestamp", 9, "When the object goes at the latest; set by a delete."),
            .int64(
                "deletionGracePeriodSeconds", 10,
                "Seconds that the object was given to end itself."
            ).optional,
            .stringMap("labels", 11, "Keys and values that selectors choose by."),
            .stringMap("annotations", 12, "Keys and values that tools keep with the object."),
            .list("ownerReferences", 13, ownerReference, "The objects that this one belongs to.")
                .keyed(by: "uid").merging(by: "uid"),
            .strings("finalizers", 14, "Work that must be done before the object may vanish.")
                .asSet.merging,
            .list("managedFields", 17, managedFieldsEntry, "Who has written which field."),
        ])

    static let ownerReference = Schema(
        .meta, "OwnerReference", "Names an object that owns this one.",
        [
            .string("apiVersion", 5, "Group and version of the owner.").required,
            .string("kind", 1, "Kind of the owner.").required,
            .string("name", 3, "Name of the owner.").required,
            .string("uid", 4, "UID of the owner.").required,
            .boolean("controller", 6, "Whether the owner manages this object.").optional,
            .boolean(
                "blockOwnerDeletion", 7,
                "Whether the owner waits for this object in a foreground delete."
            ).optional,
        ]
    ).atomic

    static let managedFieldsEntry = Schema(
        .meta, "ManagedFieldsEntry", "The fields that one writer has set.",
        [
            .string("manager", 1, "Name of the writer."),
            .string("operation", 2, "Apply or Update."),
            .string("apiVersion", 3, "The version that the field names are of."),
            .time("time", 4, "When the entry changed last."),
            .string("fieldsType", 6, "FieldsV1."),
            .rawObject("fieldsV1", 7, "The set of fields, as a tree of keys."),
            .string("subresource", 8, "The subresource by which the fields were written."),
        ])

    static let listMeta = Schema(
        .meta, "ListMeta", "What a list carries besides its items.",
        [
            .string("selfLink", 1, "No longer filled in."),
            .string("resourceVersion", 2, "The revision at which the list was read."),
            .string("continue", 3, "Token for the next page; empty on the last."),
            .int64("remainingItemCount", 4, "How many items the next pages hold.").optional,
        ])

    static let condition = Schema(
        .meta, "Condition", "One aspect of the state of an object.",
        [
            .string("type", 1, "Name of the aspect.").required,
            .string("status", 2, "True, False or Unknown.").required,
            .int64("observedGeneration", 3, "The metadata.generation that was looked at."),
            .time("lastTransitionTime", 4, "When the status changed last.").required,
            .string("reason", 5, "Why, as one CamelCase word.").required,
            .string("message", 6, "Why, for people.").required,
        ])

    static let labelSelector = Schema(
        .meta, "LabelSelector", "Chooses objects by their labels; all parts must hold.",
        [
            .stringMap("matchLabels", 1, "Labels that must have exactly these values."),
            .list("matchExpressions", 2, labelSelectorRequirement, "Further demands on labels."),
        ]
    ).atomic

    static let labelSelectorRequirement = Schema(
        .meta, "LabelSelectorRequirement", "A demand on one label.",
        [
            .string("key", 1, "The label.").required,
            .string("operator", 2, "In, NotIn, Exists or DoesNotExist.").required,
            .strings("values", 3, "The values of In and NotIn."),
        ])
}
