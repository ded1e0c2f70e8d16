/// `metadata.resourceVersion`: the revision at which an object was last written. Since Kubernetes 1.35 clients
/// may compare them as decimal numbers. 0 means "not set"; in a list or watch, "any state you have".
package struct ResourceVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// Reads the decimal text of the API; nil for anything else.
    package init?(_ text: String) {
        guard let value = UInt64(text) else { return nil }
        self.value = value
    }

    package static let unset = ResourceVersion(0)

    package var description: String { String(value) }

    package static func < (a: ResourceVersion, b: ResourceVersion) -> Bool { a.value < b.value }
}
