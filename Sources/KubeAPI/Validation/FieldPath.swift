/// Where a field stands in an object, as errors name it: `spec.ports[0].name`, `metadata.annotations[a/b]`.
package struct FieldPath: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    package let description: String

    package init(stringLiteral value: String) { description = value }

    private init(_ text: String) { description = text }

    /// The member of an object.
    package func child(_ name: String) -> FieldPath {
        FieldPath(description.isEmpty ? name : "\(description).\(name)")
    }

    /// An element of a list.
    package subscript(index: Int) -> FieldPath { FieldPath("\(description)[\(index)]") }

    /// The value of a key of a map.
    package subscript(key key: String) -> FieldPath { FieldPath("\(description)[\(key)]") }
}
