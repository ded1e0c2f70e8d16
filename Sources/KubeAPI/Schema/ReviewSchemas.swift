/// The questions about users and rights. Fields and their numbers: k8s.io/api, authorization/v1 and
/// authentication/v1, generated.proto.
extension Schema {
    static let selfSubjectAccessReview = Schema.kind(
        .authorization, "SelfSubjectAccessReview", "Asks whether the sender may do something.",
        spec: (selfSubjectAccessReviewSpec, "What it wants to do."),
        status: (subjectAccessReviewStatus, "The answer."))

    static let selfSubjectAccessReviewSpec = Schema(
        .authorization, "SelfSubjectAccessReviewSpec", "Either of the two.",
        [
            .object("resourceAttributes", 1, resourceAttributes, "A verb on a resource."),
            .object("nonResourceAttributes", 2, nonResourceAttributes, "A verb on a path."),
        ])

    static let subjectAccessReview = Schema.kind(
        .authorization, "SubjectAccessReview", "Asks whether somebody may do something.",
        spec: (subjectAccessReviewSpec, "Who wants to do what."),
        status: (subjectAccessReviewStatus, "The answer."))

    static let localSubjectAccessReview = Schema.kind(
        .authorization, "LocalSubjectAccessReview",
        "Asks whether somebody may do something in the namespace that it is in.",
        spec: (subjectAccessReviewSpec, "Who wants to do what."),
        status: (subjectAccessReviewStatus, "The answer."))

    static let subjectAccessReviewSpec = Schema(
        .authorization, "SubjectAccessReviewSpec", "Who wants to do what.",
        [
            .object("resourceAttributes", 1, resourceAttributes, "A verb on a resource."),
            .object("nonResourceAttributes", 2, nonResourceAttributes, "A verb on a path."),
            .string("user", 3, "Name of the user."),
            .strings("groups", 4, "The groups that the user is in."),
            .opaque("extra", 5, "What else the authenticator says of the user."),
            .string("uid", 6, "UID of the user."),
        ])

    static let resourceAttributes = Schema(
        .authorization, "ResourceAttributes", "A verb on a resource.",
        [
            .string("namespace", 1, "The namespace; empty for all, and for what has none."),
            .string("verb", 2, "get, list, watch, create, update, patch, delete, … or *."),
            .string("group", 3, "The API group."),
            .string("version", 4, "The version of the group."),
            .string("resource", 5, "The plural of the kind."),
            .string("subresource", 6, "Such as status."),
            .string("name", 7, "The object; empty for all."),
            .opaque("fieldSelector", 8, "Limits a list; rights do not depend on it here."),
            .opaque("labelSelector", 9, "Limits a list; rights do not depend on it here."),
        ])

    static let nonResourceAttributes = Schema(
        .authorization, "NonResourceAttributes", "A verb on a path that names no resource.",
        [.string("path", 1, "Such as /version."), .string("verb", 2, "Such as get.")])

    static let subjectAccessReviewStatus = Schema(
        .authorization, "SubjectAccessReviewStatus", "Whether it is allowed.",
        [
            .boolean("allowed", 1, "It is allowed.").required,
            .boolean("denied", 4, "It is forbidden whatever else allows it."),
            .string("reason", 2, "Why."),
            .string("evaluationError", 3, "What went wrong in finding it out."),
        ])

    static let selfSubjectRulesReview = Schema.kind(
        .authorization, "SelfSubjectRulesReview", "Asks what the sender may do in a namespace.",
        spec: (selfSubjectRulesReviewSpec, "The namespace."),
        status: (subjectRulesReviewStatus, "The answer."))

    static let selfSubjectRulesReviewSpec = Schema(
        .authorization, "SelfSubjectRulesReviewSpec", "Where.",
        [.string("namespace", 1, "The namespace.")])

    static let subjectRulesReviewStatus = Schema(
        .authorization, "SubjectRulesReviewStatus", "All that is allowed.",
        [
            .list("resourceRules", 1, resourceRule, "Verbs on resources.").required,
            .list("nonResourceRules", 2, nonResourceRule, "Verbs on paths.").required,
            .boolean("incomplete", 3, "There may be more.").required,
            .string("evaluationError", 4, "What went wrong in finding it out."),
        ])

    static let resourceRule = Schema(
        .authorization, "ResourceRule", "Verbs that are allowed on resources.",
        [
            .strings("verbs", 1, "The verbs; * is all.").required,
            .strings("apiGroups", 2, "The groups of the resources; * is all."),
            .strings("resources", 3, "The resources; * is all."),
            .strings("resourceNames", 4, "The only objects that are meant; empty: all."),
        ])

    static let nonResourceRule = Schema(
        .authorization, "NonResourceRule", "Verbs that are allowed on paths.",
        [
            .strings("verbs", 1, "The verbs; * is all.").required,
            .strings("nonResourceURLs", 2, "The paths; * at the end is all that begin so."),
        ])

    static let selfSubjectReview = Schema.kind(
        .authentication, "SelfSubjectReview", "Asks who the sender is.",
        [metadataField, .object("status", 2, selfSubjectReviewStatus, "The answer.")])

    static let selfSubjectReviewStatus = Schema(
        .authentication, "SelfSubjectReviewStatus", "Who the sender is.",
        [.object("userInfo", 1, userInfo, "The user.")])

    static let tokenReview = Schema.kind(
        .authentication, "TokenReview", "Asks whom a token stands for.",
        spec: (tokenReviewSpec, "The token."),
        status: (tokenReviewStatus, "The answer."))

    static let tokenReviewSpec = Schema(
        .authentication, "TokenReviewSpec", "The token.",
        [
            .string("token", 1, "The token."),
            .strings("audiences", 2, "Whom the token should be for; tokens here are for the API."),
        ])

    static let tokenReviewStatus = Schema(
        .authentication, "TokenReviewStatus", "Whom the token stands for.",
        [
            .boolean("authenticated", 1, "The token is valid."),
            .object("user", 2, userInfo, "The user."),
            .string("error", 3, "Why it is not valid."),
            .strings("audiences", 4, "Whom the token is for."),
        ])

    static let userInfo = Schema(
        .authentication, "UserInfo", "A user.",
        [
            .string("username", 1, "The name."),
            .string("uid", 2, "Tells it from others of the name."),
            .strings("groups", 3, "The groups that it is in."),
            .opaque("extra", 4, "What else is known."),
        ])
}
