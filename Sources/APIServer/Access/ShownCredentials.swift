import KubeAPI

/// What a request shows of its sender, as it came.
struct ShownCredentials: Sendable {
    /// The certificate of the connection; the authority has signed it.
    var certificate = ClientCertificate.none
    /// The values of all Authorization headers.
    var authorization: [String] = []
    /// The headers that ask to act as somebody else.
    var impersonation = Impersonation()
}

/// The subject of a TLS client's certificate.
enum ClientCertificate: Sendable, Equatable {
    case none
    case user(UserInfo)
    /// It names nobody.
    case nameless
}

/// The headers by which one user acts as another: Impersonate-User, -Group, -Uid and -Extra-….
struct Impersonation: Sendable, Equatable {
    /// Each should be there once at most.
    var users: [String] = []
    var uids: [String] = []
    var groups: [String] = []
    var extra: [String: [String]] = [:]

    init() {}

    /// Reads all headers of a request.
    init(_ headers: some Sequence<(name: String, value: String)>) {
        for (name, value) in headers {
            let name = name.lowercased()
            guard name.hasPrefix(Self.prefix) else { continue }
            switch name.dropFirst(Self.prefix.count) {
            case "user": users.append(value)
            case "uid": uids.append(value)
            case "group": groups.append(value)
            case let rest where rest.hasPrefix(Self.extraPrefix):
                let key = rest.dropFirst(Self.extraPrefix.count)
                extra[PercentEncoding.decode(key) ?? String(key), default: []].append(value)
            // Not known: who sends it means something that would not be done.
            case let rest: unknown.append(String(rest))
            }
        }
    }

    /// Headers of this family that Kubernetes does not have.
    private(set) var unknown: [String] = []

    private static let prefix = "impersonate-"
    private static let extraPrefix = "extra-"

    var isEmpty: Bool { self == Impersonation() }
}
