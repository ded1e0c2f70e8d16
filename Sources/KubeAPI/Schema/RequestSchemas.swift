/// Kinds that are sent to or by the server but not stored.
extension Schema {
    static let deleteOptions = Schema.kind(
        .meta, "DeleteOptions", "How to delete.",
        [
            .int64("gracePeriodSeconds", 1, "How long the object has to end itself; 0 for none.")
                .optional,
            .object("preconditions", 2, preconditions, "What must hold, else nothing is deleted."),
            .boolean("orphanDependents", 3, "The elder form of propagationPolicy Orphan.").optional,
            .string("propagationPolicy", 4, "Orphan, Background or Foreground.").optional,
            .strings("dryRun", 5, "All: everything but the deed."),
            .boolean(
                "ignoreStoreReadErrorWithClusterBreakingPotential", 6,
                "Deletes even what cannot be read."
            ).optional,
        ])

    static let preconditions = Schema(
        .meta, "Preconditions", "What must hold of an object before it is deleted.",
        [
            .string("uid", 1, "It is this very object.").optional,
            .string("resourceVersion", 2, "It is in this very state.").optional,
        ])

    static let status = Schema.kind(
        .meta, "Status", "The answer to a request that gives no object.",
        [
            .object("metadata", 1, listMeta, "As in a list."),
            .string("status", 2, "Success or Failure."),
            .string("message", 3, "What happened, for people."),
            .string("reason", 4, "What happened, as one word."),
            .object("details", 5, statusDetails, "What it is about."),
            .int32("code", 6, "The HTTP status code."),
        ])

    static let statusDetails = Schema(
        .meta, "StatusDetails", "What a Status is about.",
        [
            .string("name", 1, "Name of the object."),
            .string("group", 2, "Its group."),
            .string("kind", 3, "Its kind."),
            .string("uid", 6, "Its UID."),
            .list("causes", 4, statusCause, "The single reasons."),
            .int32("retryAfterSeconds", 5, "When to try again."),
        ])

    static let statusCause = Schema(
        .meta, "StatusCause", "One reason of a failure.",
        [
            .string("reason", 1, "As one word."),
            .string("message", 2, "For people."),
            .string("field", 3, "The field of the object."),
        ])

    static let watchEvent = Schema(
        .meta, "WatchEvent", "One change that a watch tells.",
        [
            .string("type", 1, "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.").required,
            .rawObject("object", 2, "The object after the change, or a Status.").required,
        ])

    static let patch = Schema(.meta, "Patch", "A patch of the kind that the content type says.", [])
}
