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
        try ListOptionRules.list(query).check("ListOptions")
        let version = query["resourceVersion"] ?? ""
        guard let token = query["continue"], !token.isEmpty else {
            state = try Self.state(version, query["resourceVersionMatch"], isLimited: limit > 0)
            return
        }
        guard version.isEmpty || version == "0" else {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
        let (revision, key) = try ContinueToken.read(token, prefix: resource.keyPrefix())
        state = revision.map { .exactly($0) } ?? .newest
        after = key
    }

    private static func state(
        _ version: String, _ match: String?, isLimited: Bool
    ) throws(Status) -> State {
        guard let revision = try Revision(resourceVersion: version), revision > .zero else {
            return .newest
        }
        switch match {
        case "Exact": return .exactly(revision)
        case "NotOlderThan": return .notOlderThan(revision)
        // What clients that page have always been given.
        case _: return isLimited ? .exactly(revision) : .notOlderThan(revision)
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

/// The opaque text by which a client asks for the next page: the state of the first page and the last key.
enum ContinueToken {
    /// - Parameter revision: nil goes on with the newest state, whatever it is then.
    static func write(_ revision: Revision?, after key: String) -> String {
        "\(revision?.description ?? "-")/\(key)".utf8.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    static func read(_ token: String, prefix: String) throws(Status) -> (Revision?, String) {
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
            parts[1].hasPrefix(prefix)
        else { throw .badRequest("continue key is not valid") }
        if parts[0] == "-" { return (nil, String(parts[1])) }
        guard let revision = UInt64(parts[0]), revision > 0 else {
            throw .badRequest("continue key is not valid: incorrect encoded start resourceVersion")
        }
        return (Revision(revision), String(parts[1]))
    }
}
