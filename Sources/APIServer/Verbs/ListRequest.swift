import KubeAPI
import Storage

/// What a list asks for.
struct ListRequest: Sendable {
    /// Which state of the log is shown.
    enum State: Sendable, Equatable {
        case newest
        case notOlderThan(Revision)
        case exactly(Revision)
    }

    var selection: Selection
    var state = State.newest
    /// The most items; nil for all.
    var limit: Int?
    /// Where the page begins; then `state` is the state of the first page.
    var after: String?
}

extension ListRequest {
    /// Reads the query parameters of a list.
    init(_ resource: Resource, namespace: String?, _ query: Query) throws(Status) {
        selection = try Selection(
            resource, namespace: namespace, labels: query["labelSelector"] ?? "",
            fields: query["fieldSelector"] ?? "")
        let limit = try query.number("limit") ?? 0
        self.limit = limit > 0 ? Int(min(limit, Int64(Int32.max))) : nil
        let match = query["resourceVersionMatch"] ?? ""
        let version = query["resourceVersion"] ?? ""
        if let token = query["continue"], !token.isEmpty {
            try Self.check(continued: match, version)
            let (revision, key) = try ContinueToken.read(token, prefix: resource.keyPrefix())
            state = .exactly(revision)
            after = key
        } else {
            state = try Self.state(version: version, match: match, isLimited: limit > 0)
        }
    }

    private static func check(continued match: String, _ version: String) throws(Status) {
        if !version.isEmpty, version != "0" {
            throw .badRequest(
                "specifying resource version is not allowed when using continue")
        }
        if !match.isEmpty {
            throw .invalidOption(
                .forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden when continue is provided"))
        }
    }

    private static func state(
        version: String, match: String, isLimited: Bool
    ) throws(Status) -> State {
        let revision = try Revision(resourceVersion: version)
        switch match {
        case "":
            guard let revision, revision > .zero else { return .newest }
            // What clients that page have always been given.
            return isLimited ? .exactly(revision) : .notOlderThan(revision)
        case "NotOlderThan", "Exact":
            guard let revision else {
                throw .invalidOption(
                    .forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden unless resourceVersion is provided"))
            }
            if match == "NotOlderThan" {
                return revision > .zero ? .notOlderThan(revision) : .newest
            }
            guard revision > .zero else {
                throw .invalidOption(
                    .forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\""))
            }
            return .exactly(revision)
        default:
            throw .invalidOption(
                .notSupported(
                    "resourceVersionMatch", match, supported: ["Exact", "NotOlderThan"]))
        }
    }
}

extension Revision {
    /// Reads a `resourceVersion` parameter: nil for "", 400 for what is no number.
    init?(resourceVersion text: String) throws(Status) {
        if text.isEmpty { return nil }
        guard let value = UInt64(text) else {
            throw .badRequest("invalid resource version: \"\(text)\"")
        }
        self.init(value)
    }
}

extension Status {
    /// 422: query parameters that do not go together.
    static func invalidOption(_ error: FieldError) -> Status {
        var details = Details(group: "meta.k8s.io", kind: "ListOptions")
        details.causes = [
            Cause(
                reason: error.kind.rawValue, message: error.message, field: "\(error.path)")
        ]
        return Status(
            .invalid, "ListOptions.meta.k8s.io \"\" is invalid: \(error)", details: details)
    }
}

/// The opaque text by which a client asks for the next page: the state of the first page and the last key.
enum ContinueToken {
    static func write(_ revision: Revision, after key: String) -> String {
        "\(revision)/\(key)".utf8.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    static func read(_ token: String, prefix: String) throws(Status) -> (Revision, String) {
        let digits = Array(token.utf8)
        var bytes: [UInt8] = []
        if digits.count.isMultiple(of: 2) {
            for index in stride(from: 0, to: digits.count, by: 2) {
                let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
                guard let byte = UInt8(pair, radix: 16) else { break }
                bytes.append(byte)
            }
        }
        let parts = String(validating: bytes, as: UTF8.self)?
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard bytes.count * 2 == digits.count, let parts, parts.count == 2,
            let revision = UInt64(parts[0]), parts[1].hasPrefix(prefix)
        else { throw .badRequest("continue key is not valid") }
        return (Revision(revision), String(parts[1]))
    }
}
