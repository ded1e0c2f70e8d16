import KubeAPI

/// Compares values in which `<auto …>` stands for what the server chose: one label means one value through a case,
/// and two labels mean two.
struct Labels {
    private var values: [String: JSON] = [:]

    mutating func check(_ found: JSON, _ expected: JSON, _ place: String) throws(Failure) {
        switch (expected, found) {
        case (.string(let label), _) where label.hasPrefix("<auto"):
            try bind(label, found, place)
        case (.array(let expected), .array(let elements)) where expected.count == elements.count:
            for (index, value) in expected.enumerated() {
                try check(elements[index], value, "\(place)[\(index)]")
            }
        case (.object(let expected), .object(let members))
        where Set(expected.keys) == Set(members.keys):
            for (key, value) in expected {
                try check(members[key] ?? .null, value, "\(place).\(key)")
            }
        default:
            guard expected == found else {
                throw Failure(at: place, expected: expected.text, came: found.text)
            }
        }
    }

    private mutating func bind(_ label: String, _ found: JSON, _ place: String) throws(Failure) {
        if let known = values[label] {
            guard known == found else {
                throw Failure(at: place, expected: "\(known.text) as before", came: found.text)
            }
            return
        }
        guard Self.isOfKind(label, found) else {
            throw Failure(at: place, expected: label, came: found.text)
        }
        if let other = values.first(where: { $0.value == found })?.key {
            throw Failure(at: place, expected: "another value than \(other)", came: found.text)
        }
        values[label] = found
    }

    /// `<auto IPv4 1>`, `<auto IPv6 1>`, `<auto port 1>`.
    private static func isOfKind(_ label: String, _ found: JSON) -> Bool {
        if label.contains("port") { return found.integer.map { $0 > 0 } ?? false }
        guard let text = found.string, !text.isEmpty else { return false }
        if label.contains("IPv4") { return text.contains(".") && !text.contains(":") }
        if label.contains("IPv6") { return text.contains(":") }
        return true
    }
}
