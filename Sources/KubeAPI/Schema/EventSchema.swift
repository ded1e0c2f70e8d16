extension Schema {
    static let event = Schema.kind(
        .core, "Event", "Something that happened to an object, told for a while.",
        [
            metadataField.required,
            .object("involvedObject", 2, objectReference, "The object that it is about.").always
                .required,
            .string("reason", 3, "What happened, as one CamelCase word."),
            .string("message", 4, "What happened, for people."),
            .object("source", 5, eventSource, "Who saw it.").always,
            .time("firstTimestamp", 6, "When it was seen first."),
            .time("lastTimestamp", 7, "When it was seen last."),
            .int32("count", 8, "How often it was seen."),
            .string("type", 9, "Normal or Warning."),
            .microTime("eventTime", 10, "When it was seen first, with fractions of a second."),
            .object("series", 11, eventSeries, "The repetitions, in the newer form."),
            .string("action", 12, "What was done about it."),
            .object("related", 13, objectReference, "A second object that took part."),
            .string("reportingComponent", 14, "The component that tells it."),
            .string("reportingInstance", 15, "The one of its instances that does."),
        ])

    static let eventSeries = Schema(
        .core, "EventSeries", "The repetitions of an event.",
        [
            .int32("count", 1, "How many."),
            .microTime("lastObservedTime", 2, "When the last one was."),
        ])

    static let eventSource = Schema(
        .core, "EventSource", "Who saw an event.",
        [
            .string("component", 1, "The component."),
            .string("host", 2, "The node that it runs on."),
        ])

    /// events.k8s.io/v1 Event.
    static let groupEvent = Schema.kind(
        .events, "Event", "Something that happened to an object, told for a while.",
        [
            metadataField,
            .microTime("eventTime", 2, "When it was seen first, with fractions of a second.")
                .required,
            .object("series", 3, groupEventSeries, "The repetitions."),
            .string("reportingController", 4, "The component that tells it."),
            .string("reportingInstance", 5, "The one of its instances that does."),
            .string("action", 6, "What was done about it."),
            .string("reason", 7, "What happened, as one CamelCase word."),
            .object("regarding", 8, objectReference, "The object that it is about.").always,
            .object("related", 9, objectReference, "A second object that took part."),
            .string("note", 10, "What happened, for people."),
            .string("type", 11, "Normal or Warning."),
            .object("deprecatedSource", 12, eventSource, "Who saw it, in the elder form.").always,
            .time("deprecatedFirstTimestamp", 13, "When it was seen first, in the elder form."),
            .time("deprecatedLastTimestamp", 14, "When it was seen last, in the elder form."),
            .int32("deprecatedCount", 15, "How often it was seen, in the elder form."),
        ])

    static let groupEventSeries = Schema(
        .events, "EventSeries", "The repetitions of an event.",
        [
            .int32("count", 1, "How many.").required,
            .microTime("lastObservedTime", 2, "When the last one was.").required,
        ])
}
