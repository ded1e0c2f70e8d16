import KubeAPI
import Storage

// Where objects stand in the log, and how their bytes look: `{"kind":K,"apiVersion":V,"metadata":{"resourceVersion":"`
// comes first, so the revision has a fixed place that bytes can be cut at.
extension Resource {
    /// Keys of this resource begin so; in one namespace with `namespace/` after it.
    func keyPrefix(namespace: String? = nil) -> String {
        guard let namespace, isNamespaced else { return "\(storage.qualifiedName)/" }
        return "\(storage.qualifiedName)/\(namespace)/"
    }

    func key(_ name: ObjectName) -> String {
        isNamespaced ? keyPrefix(namespace: name.namespace) + name.name : keyPrefix() + name.name
    }

    /// The bytes before the digits of the revision.
    private var head: [UInt8] {
        let kindAndVersion = "{\"kind\":\"\(kind)\",\"apiVersion\":\"\(apiVersion)\""
        return Array("\(kindAndVersion),\"metadata\":{\"resourceVersion\":\"".utf8)
    }

    /// Encodes an object as it is stored, but for its resourceVersion.
    func encode(_ object: JSON) -> VersionedValue { storage.encodeAsIs(stored(object)) }

    /// What is stored, as clients of this resource see it.
    func shown(_ value: StoredValue) -> StoredValue {
        guard self != storage, let object = try? JSON(parsing: value.bytes) else { return value }
        let bytes = encodeAsIs(shown(object)).bytes(at: value.revision)
        return StoredValue(bytes: bytes, revision: value.revision)
    }

    private func encodeAsIs(_ object: JSON) -> VersionedValue {
        var tail: [UInt8] = [UInt8(ascii: "\"")]
        for (key, value) in object["metadata"]?.object ?? [:] where key != "resourceVersion" {
            Self.write(key, value, to: &tail)
        }
        tail.append(UInt8(ascii: "}"))
        for (key, value) in object.object ?? [:]
        where key != "metadata" && key != "kind" && key != "apiVersion" {
            Self.write(key, value, to: &tail)
        }
        tail.append(UInt8(ascii: "}"))
        return VersionedValue(head: head, tail: tail)
    }

    private static func write(_ key: String, _ value: JSON, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: ","))
        JSON.write(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.write(to: &bytes)
    }

    /// The bytes of an object as the stored value of another revision: the last state of an object with the
    /// revision of its deletion.
    func value(of bytes: [UInt8]) -> VersionedValue {
        if self != storage, let object = try? JSON(parsing: bytes) { return encode(object) }
        let head = head
        var end = head.count
        while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) {
            end += 1
        }
        return VersionedValue(head: head, tail: Array(bytes[min(end, bytes.count)...]))
    }
}

extension StoredValue {
    var object: EncodedObject {
        EncodedObject(bytes: bytes, resourceVersion: ResourceVersion(revision.value))
    }

    /// The tree of stored bytes.
    func json() throws(Status) -> JSON {
        do throws(JSONParseError) { return try JSON(parsing: bytes) } catch {
            throw Status(.internalError, "a stored object cannot be read: \(error)")
        }
    }
}

extension LogError {
    /// The answer for an error of the log that no rule of the API explains.
    var status: Status {
        switch self {
        case .compacted(let requested, let compacted):
            Status(.expired, "too old resource version: \(requested) (\(compacted))")
        case .future(let requested, let current): .tooLarge(requested, current)
        case .conflict, .storage: Status(.internalError, "Internal error occurred: \(self)")
        case .closed: Status(.serviceUnavailable, "the server is shutting down")
        }
    }
}

extension Status {
    /// A resourceVersion that has not been reached; clients retry.
    static func tooLarge(_ requested: Revision, _ current: Revision) -> Status {
        var details = Details()
        details.retryAfterSeconds = 1
        details.causes = [
            Cause(
                reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")
        ]
        return Status(
            .timeout, "Timeout: Too large resource version: \(requested), current: \(current)",
            details: details)
    }
}
