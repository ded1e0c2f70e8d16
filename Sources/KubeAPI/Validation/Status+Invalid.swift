extension Status {
    /// The 422 answer for an object with these errors: all of them in the message (each text once), and one cause
    /// each.
    package static func invalid(
        _ resource: Resource, _ name: String, _ errors: [FieldError]
    ) -> Status {
        var details = Details(name: name, group: resource.group, kind: resource.kind)
        details.causes = errors.map {
            Cause(reason: $0.kind.rawValue, message: $0.message, field: $0.path.description)
        }
        var texts: [String] = []
        for text in errors.map(\.description) where !texts.contains(text) { texts.append(text) }
        let kind = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        let head = "\(kind) \"\(name)\" is invalid"
        let all = texts.joined(separator: ", ")
        let message =
            switch texts.count {
            case 0: head
            case 1: "\(head): \(all)"
            default: "\(head): [\(all)]"
            }
        return Status(.invalid, message, details: details)
    }
}

extension [FieldError] {
    /// Throws the Invalid answer if there is an error.
    package func check(_ resource: Resource, _ name: String) throws(Status) {
        if !isEmpty { throw .invalid(resource, name, self) }
    }
}
