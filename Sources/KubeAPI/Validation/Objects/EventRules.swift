/// The rules of v1 Event (Kubernetes, pkg/apis/core/validation/events.go: the loose ones of core/v1).
package enum EventRules {
    package static func createErrors(_ event: Event) -> [FieldError] {
        MetadataRules.createErrors(event.metadata, .dnsSubdomain, isNamespaced: true)
            + errors(event)
    }

    package static func updateErrors(_ event: Event, replacing old: Event) -> [FieldError] {
        MetadataRules.updateErrors(event.metadata, replacing: old.metadata) + errors(event)
    }

    private static func errors(_ event: Event) -> [FieldError] {
        var errors: [FieldError] = []
        let about = event.involvedObject.namespace
        // Events about objects without a namespace live in the default one.
        let expected = about.isEmpty ? "default" : about
        if event.metadata.namespace != expected {
            errors.append(
                .invalid("involvedObject.namespace", about, "does not match event.namespace"))
        }
        if event.count < 0 {
            errors.append(
                .invalid("count", .integer(event.count), "must be greater than or equal to 0"))
        }
        return errors
    }
}
