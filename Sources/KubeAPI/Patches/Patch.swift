/// The body of a PATCH, with its content type.
package enum Patch: Sendable, Equatable {
    /// RFC 6902, `application/json-patch+json`.
    case json(JSON)
    /// RFC 7386, `application/merge-patch+json`.
    case merge(JSON)
    /// Kubernetes' own, `application/strategic-merge-patch+json`.
    case strategicMerge(JSON)
}
