import KubeAPI

/// Who sends a request, and what that rests on.
struct Identity: Sendable, Equatable {
    var user: UserInfo
    /// The token that says so; nil for a certificate and for nobody.
    var token: TokenReference?

    init(_ user: UserInfo, token: TokenReference? = nil) {
        self.user = user
        self.token = token
    }

    static let anonymous = Identity(.anonymous)

    var isAnonymous: Bool { self == .anonymous }
}

/// One token among all that ever had its name.
struct TokenReference: Sendable, Equatable {
    var name: String
    var uid: String
    /// nil: it ends only by being revoked.
    var expiration: Timestamp?
}
