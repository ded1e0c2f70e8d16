extension Status {
    /// The 422 answer for an object with these errors: all of them in the message (each text once), and one cause
    /// each.
    package static func invalid(
        _ resource: Resource, _ name: String, _ errors: [FieldError]
    ) -> Status {
        let details = Details(name: name, group: resource.group, kind: resource.kind)
        let kind = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        return invalid("\(kind) \"\(name)\"", errors, details)
    }

    /// The same for the options of a request, such as `PatchOptions`.
    package static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> Status {
        let group = "meta.k8s.io"
        return invalid(
            "\(kind).\(group) \"\"", errors, Details(group: group, kind: kind))
    }

    /// The same for the object that a patch has made: it names no kind.
    static func invalidPatch(_ errors: [FieldError]) -> Status {
        invalid(" \"\"", errors, Details())
    }

    private static func invalid(
        _ subject: String, _ errors: [FieldError], _ details: Details
    ) -> Status {
        var details = details
        details.causes = errors.map {
            Cause(reason: $0.kind.rawValue, message: $0.message, field: $0.path.description)
        }
        var texts: [String] = []
        for text in errors.map(\.description) where !texts.contains(text) { texts.append(text) }
        let head = "\(subject) is invalid"
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
