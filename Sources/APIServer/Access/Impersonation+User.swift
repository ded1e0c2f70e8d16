import KubeAPI

extension Impersonation {
    /// The user that the headers name.
    /// - Throws: 403 unless `actor` may impersonate that user and each of the groups; 400 for headers that make no
    ///   sense.
    func user(actingFor actor: UserInfo) throws(Status) -> UserInfo {
        try authorize(actor)
        guard let name = users.first, !name.isEmpty else {
            throw .badRequest("impersonation needs the header Impersonate-User")
        }
        guard users.count == 1, uids.count <= 1, unknown.isEmpty else {
            throw .badRequest("the Impersonate headers contradict each other or are not known")
        }
        var all = groups
        let general =
            name == UserInfo.anonymous.username
            ? UserInfo.unauthenticated : UserInfo.authenticated
        if !all.contains(UserInfo.authenticated), !all.contains(UserInfo.unauthenticated) {
            all.append(general)
        }
        return UserInfo(name, uid: uids.first ?? "", groups: all, extra: extra)
    }

    private func authorize(_ actor: UserInfo) throws(Status) {
        func check(_ resource: String, _ name: String, group: String = "") throws(Status) {
            try Authorizer.check(
                actor,
                .resource(
                    ResourceAttributes(
                        verb: "impersonate", group: group, resource: resource, name: name)))
        }
        for name in users { try check("users", name) }
        for name in groups { try check("groups", name) }
        for uid in uids { try check("uids", uid, group: "authentication.k8s.io") }
        for key in extra.keys.sorted() {
            try check("userextras/\(key)", "", group: "authentication.k8s.io")
        }
        if users.isEmpty { try check("users", "") }
    }
}
