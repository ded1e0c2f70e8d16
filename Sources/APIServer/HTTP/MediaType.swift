/// A media type with its parameters, as in an Accept header (RFC 9110, section 12.5.1).
struct MediaType: Sendable, Equatable {
    /// `application/json`, in lower case.
    var name: String
    var parameters: [String: String]

    init(parsing text: some StringProtocol) {
        let parts = text.split(separator: ";").map { Self.trimmed($0) }
        name = parts.first?.lowercased() ?? ""
        parameters = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            if pair.count == 2 { parameters[pair[0].lowercased()] = pair[1] }
        }
    }

    /// 0...1, 1 if not stated.
    var quality: Double { parameters["q"].flatMap(Double.init) ?? 1 }

    /// How much is left open: 0 for a type, 1 for `application/*`, 2 for `*/*`.
    private var openness: Int { name == "*/*" ? 2 : name.hasSuffix("/*") ? 1 : 0 }

    /// The types of an Accept header, the preferred one first: by quality, then the more specific one, then the
    /// earlier one. Those with quality 0 are left out.
    static func accepted(_ header: String) -> [MediaType] {
        let types = header.split(separator: ",").map { MediaType(parsing: $0) }
            .filter { !$0.name.isEmpty && $0.quality > 0 }
        return types.enumerated()
            .sorted {
                ($1.element.quality, $0.element.openness, $0.offset)
                    < ($0.element.quality, $1.element.openness, $1.offset)
            }
            .map(\.element)
    }

    /// Whether a client takes JSON; without an Accept header it takes everything.
    static func isJSONAccepted(_ header: String) -> Bool {
        let types = accepted(header)
        return types.isEmpty
            || types.contains { (json + [yaml]).contains($0.name) }
    }

    static let yaml = "application/yaml"
    /// Those for which JSON is sent.
    static let json = ["application/json", "application/*", "*/*"]

    /// Whether a client likes YAML better than JSON.
    static func isYAMLPreferred(_ header: String) -> Bool {
        accepted(header).first { (json + [yaml]).contains($0.name) }?.name == yaml
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var bytes = Substring(text).utf8
        while let byte = bytes.first, isBlank(byte) { bytes.removeFirst() }
        while let byte = bytes.last, isBlank(byte) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\"")
    }
}
