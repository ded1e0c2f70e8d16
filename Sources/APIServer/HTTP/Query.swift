package import KubeAPI

/// The parameters of a URL's query, in their order.
package struct Query: Sendable, Equatable {
    private var parameters: [(name: String, value: String)] = []

    package init() {}

    /// Reads what follows the "?" of a URL; nil for a bad escape.
    package init?(parsing text: some StringProtocol) {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(pair[0], plusIsSpace: true),
                let value = PercentEncoding.decode(
                    pair.count > 1 ? pair[1] : "", plusIsSpace: true)
            else { return nil }
            parameters.append((name, value))
        }
    }

    /// The first value of a parameter; nil if it is absent.
    package subscript(name: String) -> String? {
        get { parameters.first { $0.name == name }?.value }
        set {
            parameters.removeAll { $0.name == name }
            if let newValue { parameters.append((name, newValue)) }
        }
    }

    package func all(_ name: String) -> [String] {
        parameters.filter { $0.name == name }.map(\.value)
    }

    /// As Kubernetes reads a boolean: "false", "0" and absence are false, everything else is true.
    package func flag(_ name: String) -> Bool {
        guard let value = self[name]?.lowercased() else { return false }
        return value != "false" && value != "0"
    }

    /// A whole number that is not negative; nil if absent or empty.
    package func number(_ name: String) throws(Status) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = Int64(text), value >= 0 else {
            throw .badRequest("invalid value \"\(text)\" of query parameter \(name)")
        }
        return value
    }

    package static func == (a: Query, b: Query) -> Bool {
        a.parameters.elementsEqual(b.parameters) { $0 == $1 }
    }
}
