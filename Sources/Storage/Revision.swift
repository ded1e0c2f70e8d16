/// A point in the life of a log: the number of writes up to it. Every write has a revision of its own; 0 is the
/// empty log.
package struct Revision: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package static let zero = Revision(0)

    package var next: Revision { Revision(value + 1) }
    package var description: String { String(value) }

    package static func < (a: Revision, b: Revision) -> Bool { a.value < b.value }
}
