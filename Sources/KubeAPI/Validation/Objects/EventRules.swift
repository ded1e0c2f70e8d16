/// The rules of Event (Kubernetes, pkg/apis/core/validation/events.go). Every Event obeys the loose ones of v1; what
/// is written through events.k8s.io/v1 obeys strict ones besides. Paths are those of v1 in both.
package enum EventRules {
    /// Which of its two forms an Event is written in.
    package enum Strictness: Sendable {
        /// v1
        case loose
        /// events.k8s.io/v1
        case strict
    }

    private static let textLimit = 128
    private static let messageLimit = 1024
    private static let types = ["Normal", "Warning"]

    package static func createErrors(_ event: Event, _ strictness: Strictness) -> [FieldError] {
        var errors = looseErrors(event)
        let form: MetadataRules.NameForm = strictness == .strict ? .dnsSubdomain : .pathSegment
        errors += MetadataRules.createErrors(event.metadata, form, isNamespaced: true)
        guard strictness == .strict else { return errors }
        errors += seriesErrors(event.series)
        if (event.eventTime ?? "").isEmpty { errors.append(.required("eventTime")) }
        if !types.contains(event.type) {
            errors.append(.invalid("type", "", "has invalid value: \(event.type)"))
        }
        let unset: [(FieldPath, Bool)] = [
            ("firstTimestamp", event.firstTimestamp == nil),
            ("lastTimestamp", event.lastTimestamp == nil), ("count", event.count == 0),
            ("source", event.source == Event.Source()),
        ]
        for (path, isUnset) in unset where !isUnset {
            errors.append(.invalid(path, "", "needs to be unset"))
        }
        return errors
    }

    package static func updateErrors(
        _ event: Event, replacing old: Event, _ strictness: Strictness
    ) -> [FieldError] {
        var errors = MetadataRules.updateErrors(event.metadata, replacing: old.metadata)
        errors += looseErrors(event)
        guard strictness == .strict else { return errors }
        if event.series != old.series { errors += seriesErrors(event.series) }
        for ((path, new), (_, before)) in zip(immutable(event), immutable(old))
        where new != before {
            errors.append(.invalid(path, new, "field is immutable"))
        }
        return errors
    }

    /// What no writer of events.k8s.io/v1 may change: all but the series.
    private static func immutable(_ event: Event) -> [(FieldPath, JSON)] {
        [
            ("involvedObject", event.involvedObject.json), ("reason", .string(event.reason)),
            ("message", .string(event.message)), ("source", event.source.json),
            ("firstTimestamp", .optional(event.firstTimestamp?.description)),
            ("lastTimestamp", .optional(event.lastTimestamp?.description)),
            ("count", .integer(event.count)), ("type", .string(event.type)),
            ("eventTime", .optional(event.eventTime)), ("action", .string(event.action)),
            ("related", event.related?.json ?? .null),
            ("reportingController", .string(event.reportingComponent)),
            ("reportingInstance", .string(event.reportingInstance)),
        ]
    }

    private static func seriesErrors(_ series: Event.Series?) -> [FieldError] {
        guard let series else { return [] }
        var errors: [FieldError] = []
        if series.count < 2 { errors.append(.invalid("series.count", "", "should be at least 2")) }
        if (series.lastObservedTime ?? "").isEmpty {
            errors.append(.required("series.lastObservedTime"))
        }
        return errors
    }

    private static func looseErrors(_ event: Event) -> [FieldError] {
        let errors = (event.eventTime ?? "").isEmpty ? elderErrors(event) : newerErrors(event)
        let namespace = event.metadata.namespace
        return errors
            + FieldError.invalid("namespace", namespace, all: Names.dnsSubdomainErrors(namespace))
    }

    /// Of an Event without `eventTime`.
    private static func elderErrors(_ event: Event) -> [FieldError] {
        let about = event.involvedObject.namespace
        // Events about objects without a namespace live in the default one.
        return event.metadata.namespace == (about.isEmpty ? "default" : about)
            ? [] : [namespaceMismatch(event)]
    }

    /// Of an Event that has an `eventTime`, whichever way it came.
    private static func newerErrors(_ event: Event) -> [FieldError] {
        var errors: [FieldError] = []
        if event.involvedObject.namespace.isEmpty,
            !["default", "kube-system"].contains(event.metadata.namespace)
        {
            errors.append(namespaceMismatch(event))
        }
        let component = event.reportingComponent
        if component.isEmpty { errors.append(.required("reportingController")) }
        errors += FieldError.invalid(
            "reportingController", component, all: Names.labelKeyErrors(component))
        errors += textErrors("reportingInstance", event.reportingInstance)
        errors += textErrors("action", event.action)
        errors += textErrors("reason", event.reason)
        return errors + lengthErrors("message", event.message, messageLimit)
    }

    private static func namespaceMismatch(_ event: Event) -> FieldError {
        .invalid(
            "involvedObject.namespace", event.involvedObject.namespace,
            "does not match event.namespace")
    }

    private static func textErrors(_ path: FieldPath, _ text: String) -> [FieldError] {
        text.isEmpty ? [.required(path)] : lengthErrors(path, text, textLimit)
    }

    private static func lengthErrors(
        _ path: FieldPath, _ text: String, _ limit: Int
    ) -> [FieldError] {
        text.utf8.count > limit
            ? [.invalid(path, "", "can have at most \(limit) characters")] : []
    }
}

extension JSON {
    fileprivate static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}
