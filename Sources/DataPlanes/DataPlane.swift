package import LoadBalancing

/// Makes the kernel (or the listeners) agree with a table. Both verbs are idempotent. A data plane owns threads
/// and descriptors for as long as the process lives, so it is an object; calls come one at a time.
package protocol DataPlane: AnyObject, Sendable {
    /// `userspace` or `nftables`.
    var name: String { get }

    /// Returns once nothing new is sent by the old table. The answer names every frontend that cannot be served
    /// as the Service asks; the others work.
    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem]

    /// Removes what a crashed predecessor left, and what does not belong to `table`.
    func prune(keeping table: ServiceTable) async throws(DataPlaneError)
}

/// The table could not be applied; it will be tried again, whole.
package struct DataPlaneError: Error, Sendable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

/// Why a frontend is not served, or not exactly as asked: shown as a condition and an Event on the Service.
package struct FrontendProblem: Hashable, Sendable, CustomStringConvertible {
    /// Upper camel case, as in a condition: `PortNeedsPrivilege`, `AddressNotAvailable`, `PortInUse`, `ProtocolNotSupported`, ….
    package var reason: String
    /// What is wrong and what to do about it.
    package var message: String
    /// False where traffic flows, but not exactly as asked.
    package var isFatal: Bool

    package init(reason: String, message: String, isFatal: Bool = true) {
        self.reason = reason
        self.message = message
        self.isFatal = isFatal
    }

    package var description: String { "\(reason): \(message)" }
}
