/// What of a Service cannot be done as written: shown as a condition and an Event on it.
package struct ServiceProblem: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Upper camel case: `InvalidScheduler`, `InvalidWeight`, `AddressInUse`, ….
    package var reason: String
    /// What is wrong and what to do about it.
    package var message: String

    package init(_ reason: String, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { "\(reason): \(message)" }

    package static func < (a: ServiceProblem, b: ServiceProblem) -> Bool {
        (a.reason, a.message) < (b.reason, b.message)
    }
}
