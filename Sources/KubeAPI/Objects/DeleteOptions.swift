/// meta/v1 DeleteOptions.
package struct DeleteOptions: Sendable, Equatable {
    /// nil: the default of the kind (0 for everything but a Pod with processes).
    package var gracePeriodSeconds: Int64?
    /// `preconditions.uid`: only this very object.
    package var uid: String?
    /// `preconditions.resourceVersion`: only this very state of it.
    package var resourceVersion: String?
    /// "Orphan", "Background" or "Foreground".
    package var propagationPolicy: String?
    /// The elder form of a policy: true is Orphan, false Background.
    package var orphanDependents: Bool?
    package var dryRun = false

    package init(gracePeriodSeconds: Int64? = nil, uid: String? = nil) {
        self.gracePeriodSeconds = gracePeriodSeconds
        self.uid = uid
    }
}
