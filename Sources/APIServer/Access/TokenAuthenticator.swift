import KubeAPI

/// Finds out whom a bearer token stands for. It looks into the store each time, so a token that was revoked is refused
/// from that moment on.
struct TokenAuthenticator: Sendable {
    let store: ObjectStore

    /// Compared with where there is no such token, so that the answer takes as long.
    private static let noHash = [UInt8](repeating: 0, count: 32)

    /// The user of the token; nil for one that is not valid.
    func identity(of text: String) async throws(Status) -> Identity? {
        guard let shown = TokenText(text) else { return nil }
        let token = try await token(named: shown.name)
        let isIt = shown.hash.equalsInConstantTime(token?.hash ?? Self.noHash)
        guard isIt, let token, token.isValid(at: store.configuration.now()), let user = token.user
        else { return nil }
        return Identity(
            user,
            token: TokenReference(
                name: token.metadata.name, uid: token.metadata.uid, expiration: token.expiration))
    }

    /// Whether what was valid once still is.
    func isValid(_ reference: TokenReference) async -> Bool {
        guard let token = try? await token(named: reference.name) else { return false }
        return token.metadata.uid == reference.uid && token.isValid(at: store.configuration.now())
    }

    private func token(named name: String) async throws(Status) -> Token? {
        guard let stored = try await store.find(.tokens, ObjectName(name)) else { return nil }
        return Token(json: try stored.json())
    }
}
