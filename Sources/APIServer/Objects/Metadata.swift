import KubeAPI

/// The part of `metadata` that belongs to the server.
enum Metadata {
    private static let suffixLetters = Array("bcdfghjklmnpqrstvwxz2456789")

    private static let longestGenerated = 63

    /// `generateName` with five random characters that spell no words; a long one is cut, as Kubernetes cuts it.
    static func name(generatedFrom prefix: String) -> String {
        let suffix = (0..<5).map { _ in suffixLetters[Int.random(in: suffixLetters.indices)] }
        return String(prefix.prefix(longestGenerated - suffix.count)) + String(suffix)
    }

    /// A random UUID (RFC 9562, version 4).
    static func uid() -> String {
        // Every draw asks the kernel: two of them do.
        let high = UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0...UInt64.max) & ~(0b11 << 62) | 0b10 << 62
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for nibble in 0..<32 {
                if (8...20).contains(nibble), nibble.isMultiple(of: 4) {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = nibble < 16 ? high : low
                text[place] = hexDigits[Int(half >> (60 - UInt64(nibble % 16) * 4) & 0xF)]
                place += 1
            }
            return place
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Fills what the server says about a new object.
    static func begin(_ object: inout JSON, of resource: Resource, now: Timestamp) {
        for key in [
            "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion",
        ] { object["metadata"]?[key] = nil }
        object["metadata"]?["uid"] = .string(uid())
        object["metadata"]?["creationTimestamp"] = .string(now.description)
        object["metadata"]?["generation"] = resource.countsGenerations ? 1 : nil
    }

    /// Carries over what a client cannot change.
    static func carry(_ new: inout JSON, from old: JSON) {
        let kept = [
            "resourceVersion", "uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generation",
        ]
        for key in kept { new["metadata"]?[key] = old.value(at: "metadata", key) }
        new["metadata"]?["selfLink"] = nil
    }

    /// Counts the generation when the desired state changed.
    static func count(_ new: inout JSON, from old: JSON, of resource: Resource) {
        // Labels say which Service an EndpointSlice is of, and so count.
        let isRelabelled =
            resource == .endpointSlices
            && new.value(at: "metadata", "labels") != old.value(at: "metadata", "labels")
        guard resource.countsGenerations,
            isRelabelled || desiredState(of: new) != desiredState(of: old)
        else { return }
        let generation = old.value(at: "metadata", "generation")?.integer ?? 1
        new["metadata"]?["generation"] = .integer(generation + 1)
    }

    /// All but metadata and status.
    private static func desiredState(of object: JSON) -> JSON {
        var object = object
        for key in ["metadata", "status", "kind", "apiVersion"] { object[key] = nil }
        return object
    }

    /// Terminating, and nothing holds it any more.
    static func isGone(_ object: JSON) -> Bool {
        let metadata = object["metadata"]
        return metadata?["deletionTimestamp"] != nil
            && (metadata?["finalizers"]?.array ?? []).isEmpty
            && (metadata?["deletionGracePeriodSeconds"]?.integer ?? 0) == 0
            && (object.value(at: "spec", "finalizers")?.array ?? []).isEmpty
    }
}

extension Resource {
    /// Kinds whose `metadata.generation` counts the changes of their desired state.
    fileprivate var countsGenerations: Bool {
        self == .services || self == .pods || self == .endpointSlices
    }
}
