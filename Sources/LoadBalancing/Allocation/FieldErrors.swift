import KubeAPI

/// What is wrong with the fields of a Service, gathered into one Invalid answer in the API server's words.
struct FieldErrors {
    private var causes: [Status.Cause] = []

    var isEmpty: Bool { causes.isEmpty }

    mutating func invalid(_ field: String, _ value: JSON, _ why: String) {
        add("FieldValueInvalid", field, "Invalid value: \(Self.text(value)): \(why)")
    }

    mutating func required(_ field: String) {
        add("FieldValueRequired", field, "Required value")
    }

    mutating func duplicate(_ field: String, _ value: JSON) {
        add("FieldValueDuplicate", field, "Duplicate value: \(Self.text(value))")
    }

    mutating func notSupported(_ field: String, _ value: JSON, supported: [String]) {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        add(
            "FieldValueNotSupported", field,
            "Unsupported value: \(Self.text(value)): supported values: \(list)")
    }

    /// The answer for the Service; nil if nothing is wrong.
    func status(for service: Service) -> Status? {
        guard !causes.isEmpty else { return nil }
        let texts = causes.map { "\($0.field): \($0.message)" }
        let all = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        let name = service.metadata.name
        var details = Status.Details(name: name, kind: "Service")
        details.causes = causes
        return Status(.invalid, "Service \"\(name)\" is invalid: \(all)", details: details)
    }

    func check(_ service: Service) throws(Status) {
        if let status = status(for: service) { throw status }
    }

    private mutating func add(_ reason: String, _ field: String, _ message: String) {
        causes.append(Status.Cause(reason: reason, message: message, field: field))
    }

    private static func text(_ value: JSON) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }
}
