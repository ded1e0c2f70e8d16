package import KubeAPI

/// Makes the world agree with what is wanted for one key, from whatever state it finds. The same key is never
/// reconciled twice at a time.
package protocol Reconciler: Sendable {
    associatedtype Key: Hashable & Sendable

    /// Throws the `Status` of a write that was refused: the key is tried again with backoff.
    func reconcile(_ key: Key) async throws(Status) -> Reconciliation
}

/// What is left to do for a key.
package enum Reconciliation: Equatable, Sendable {
    case done
    /// Look again after that long, also if nothing happens.
    case again(after: Duration)
}
