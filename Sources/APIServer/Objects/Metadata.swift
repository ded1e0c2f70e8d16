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
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
            .joined(separator: "-")
    }

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
