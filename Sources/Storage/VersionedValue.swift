/// Bytes that contain the revision at which they are written: the log puts its decimal digits between `head` and
/// `tail`. So an object that names its own resourceVersion is encoded once, before its revision is known.
package struct VersionedValue: Sendable, Equatable {
    package var head: [UInt8]
    package var tail: [UInt8]

    package init(head: [UInt8], tail: [UInt8]) {
        self.head = head
        self.tail = tail
    }

    /// The bytes as of a revision.
    package func bytes(at revision: Revision) -> [UInt8] {
        let digits = revision.description.utf8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + digits.count + tail.count)
        bytes += head
        bytes += digits
        bytes += tail
        return bytes
    }
}

/// A value as it is in the log.
package struct StoredValue: Sendable, Equatable {
    package let bytes: [UInt8]
    /// The revision that wrote it.
    package let revision: Revision

    package init(bytes: [UInt8], revision: Revision) {
        self.bytes = bytes
        self.revision = revision
    }
}

/// A key with its value.
package struct Entry: Sendable, Equatable {
    package let key: String
    package let value: StoredValue

    package init(key: String, value: StoredValue) {
        self.key = key
        self.value = value
    }
}
