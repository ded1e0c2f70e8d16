/// YAML as Kubernetes reads it: the first document of a text as a JSON value. It is version 1.1 (`yes` and `on` are
/// true), with anchors, merge keys, block and flow collections; keys of other types become texts.
///
/// Source: YAML 1.1 and 1.2, and what sigs.k8s.io/yaml does with them.
package enum YAML {
    /// What a text says.
    package struct Document: Sendable, Equatable {
        package var value: JSON
        /// Keys that a mapping has more than once; the last one counts.
        package var duplicates: [Duplicate] = []
    }

    package struct Duplicate: Sendable, Equatable, CustomStringConvertible {
        /// Of the later one, counted from 1.
        package var line: Int
        package var key: String

        package var description: String {
            "line \(line): key \(FieldElement.quoted(key)) already set in map"
        }
    }

    /// Reads the first document; null if there is none.
    package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> Document {
        if let document = json(bytes) { return document }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw YAMLError(line: 1, reason: "invalid UTF-8")
        }
        var parser = YAMLParser(YAMLScanner(bytes))
        let value = try parser.document()
        return Document(value: value, duplicates: parser.duplicates.sorted { $0.line < $1.line })
    }

    /// JSON is YAML, and read much faster; where keys are there twice their lines are wanted.
    private static func json(_ bytes: [UInt8]) -> Document? {
        guard let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") else {
            return nil
        }
        var duplicates: [String] = []
        guard let value = try? JSON(parsing: bytes, duplicates: &duplicates), duplicates.isEmpty
        else { return nil }
        return Document(value: value)
    }

    /// The error that a strict reader gives.
    ///
    /// - Parameter duplicates: descriptions of duplicates.
    package static func unmarshalErrors(_ duplicates: [String]) -> String {
        (["yaml: unmarshal errors:"] + duplicates.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// Why a text is not YAML, and where.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    package let reason: String

    package var description: String { "yaml: line \(line): \(reason)" }
}
