extension Resource {
    /// Made and taken back, never changed.
    package static let tokens = Resource(
        group: "pointsman.dev", plural: "tokens", singular: "token", kind: "Token",
        isNamespaced: false, verbs: allVerbs.filter { $0 != "patch" && $0 != "update" })

    // Questions: nothing of them is stored.
    package static let selfSubjectAccessReviews = review("authorization", "SelfSubjectAccessReview")
    package static let selfSubjectRulesReviews = review("authorization", "SelfSubjectRulesReview")
    package static let subjectAccessReviews = review("authorization", "SubjectAccessReview")
    package static let localSubjectAccessReviews = review(
        "authorization", "LocalSubjectAccessReview", isNamespaced: true)
    package static let selfSubjectReviews = review("authentication", "SelfSubjectReview")
    package static let tokenReviews = review("authentication", "TokenReview")

    private static func review(
        _ group: String, _ kind: String, isNamespaced: Bool = false
    ) -> Resource {
        Resource(
            group: "\(group).k8s.io", plural: kind.lowercased() + "s",
            singular: kind.lowercased(), kind: kind, isNamespaced: isNamespaced,
            verbs: ["create"])
    }
}
