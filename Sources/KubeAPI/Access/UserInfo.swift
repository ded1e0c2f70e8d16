/// Who sends a request, as authentication has found (authentication/v1 UserInfo).
package struct UserInfo: Sendable, Equatable {
    package var username: String
    /// Tells this user from others of the name at other times; "" where nothing does.
    package var uid: String
    package var groups: [String]
    /// What else the authenticator says, such as the id of the credential.
    package var extra: [String: [String]]

    package init(
        _ username: String, uid: String = "", groups: [String], extra: [String: [String]] = [:]
    ) {
        self.username = username
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// Everybody who has shown valid credentials is in this group.
    package static let authenticated = "system:authenticated"
    package static let unauthenticated = "system:unauthenticated"
    /// May do everything.
    package static let masters = "system:masters"

    /// Who shows no credentials.
    package static let anonymous = UserInfo("system:anonymous", groups: [unauthenticated])
}

extension UserInfo {
    package var json: JSON {
        var members = Members()
        members.set("username", username)
        members.set("uid", uid)
        members.set("groups", groups)
        if !extra.isEmpty {
            let sorted = extra.sorted { $0.key < $1.key }
            members.set(
                "extra", .object(JSONObject(sorted.map { ($0.key, JSON.strings($0.value)) })))
        }
        return members.json
    }
}
