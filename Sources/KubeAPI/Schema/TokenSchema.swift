extension Schema {
    static let token = Schema.kind(
        .pointsman, "Token", "A bearer token of the API; only its hash is kept.",
        spec: (tokenSpec, "What the token allows, and until when."),
        status: (tokenStatus, "The token, in the answer to its creation alone."))

    static let tokenSpec = Schema(
        .pointsman, "TokenSpec", "What a token allows, and until when.",
        [
            .string("role", 1, "admin, edit, view or node.").required,
            .string(
                "namespace", 2, "The one namespace that the role holds in: edit and view only."
            ).optional,
            .int64("expirationSeconds", 3, "How long it is valid; unset: until it is deleted.")
                .optional,
            .time("expirationTimestamp", 4, "When it ends; set by the server."),
            .string("sha256", 5, "The hash of the token; set by the server."),
        ])

    static let tokenStatus = Schema(
        .pointsman, "TokenStatus", "A new token.",
        [.string("token", 1, "The token; it is shown this once.")])
}
