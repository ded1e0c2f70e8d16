import KubeAPI

/// Says of each request who sends it, and whether it may be made: before its body is read, and before anything is
/// told of what it names.
struct AccessControl: Sendable {
    /// What a wrong credential costs its sender: guessing is slow on every connection, and only so many are open
    /// without a name (`ClientLimits.mostAnonymous`).
    static let penalty = Duration.milliseconds(100)

    let tokens: TokenAuthenticator
    let sessions: TokenSessions

    init(_ store: ObjectStore) {
        tokens = TokenAuthenticator(store: store)
        sessions = TokenSessions(tokens)
    }

    /// The identity under which the request goes on.
    func admit(_ request: APIRequest) async throws(Status) -> Identity {
        guard var identity = try await authenticate(request.credentials) else {
            try? await Task.sleep(for: Self.penalty)
            throw Status(.unauthorized, "Unauthorized")
        }
        let impersonation = request.credentials.impersonation
        if !impersonation.isEmpty {
            identity.user = try impersonation.user(actingFor: identity.user)
        }
        try Authorizer.check(identity.user, request.attributes)
        return identity
    }

    /// nil: the credentials are wrong. An Authorization header says who sends the request, whatever certificate the
    /// connection has: it is the narrower of the two, and a wrong one is never overlooked.
    private func authenticate(_ shown: ShownCredentials) async throws(Status) -> Identity? {
        if let header = shown.authorization.first {
            guard shown.authorization.count == 1, let token = Self.bearerToken(header) else {
                return nil
            }
            return try await tokens.identity(of: token)
        }
        return switch shown.certificate {
        case .none: .anonymous
        case .user(let user): Identity(user)
        case .nameless: nil
        }
    }

    /// RFC 6750, section 2.1.
    private static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
