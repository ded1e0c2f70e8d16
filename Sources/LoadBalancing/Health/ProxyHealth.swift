package import Addresses
package import KubeAPI

/// Whether the proxy of this node keeps up with the cluster: a state machine that is told what happens and when.
///
/// It is healthy until a change has waited for longer than the timeout, each family by itself. How long a change
/// waits is told by the monotonic clock, reports carry the wall clock.
package struct ProxyHealth: Sendable {
    /// One moment on both clocks.
    package struct Moment: Equatable, Sendable {
        /// A monotonic reading.
        package var monotonic: Duration
        /// Since 1970-01-01T00:00:00Z.
        package var sinceEpoch: Duration

        package init(monotonic: Duration, sinceEpoch: Duration) {
            self.monotonic = monotonic
            self.sinceEpoch = sinceEpoch
        }
    }

    private struct Family {
        /// Wall clock; nil: never yet.
        var lastUpdated: Duration?
        /// Monotonic, of the oldest change that is not applied yet.
        var pendingSince: Duration?
    }

    /// Twice the period in which the whole table is looked at again, as kube-proxy has it.
    package static let defaultTimeout = Duration.seconds(60)
    /// The taint by which the cluster autoscaler says that a node is about to go.
    package static let toBeDeletedTaint = "ToBeDeletedByClusterAutoscaler"

    private let timeout: Duration
    private var families: [IPFamily: Family] = [:]
    /// Neither being deleted nor about to be. True until a Node object says otherwise.
    package private(set) var isNodeEligible = true

    package init(timeout: Duration = ProxyHealth.defaultTimeout) { self.timeout = timeout }

    /// A change that concerns the family has come and is not yet in force.
    package mutating func queuedUpdate(_ family: IPFamily, at moment: Moment) {
        if families[family]?.pendingSince != nil { return }
        families[family, default: Family()].pendingSince = moment.monotonic
    }

    /// Everything that had come for the family is in force.
    package mutating func updated(_ family: IPFamily, at moment: Moment) {
        families[family] = Family(lastUpdated: moment.sinceEpoch)
    }

    /// Takes this node's object; nil: it is deleted.
    package mutating func take(_ node: Node?) {
        isNodeEligible =
            node.map {
                $0.metadata.deletionTimestamp == nil
                    && !$0.taintKeys.contains(Self.toBeDeletedTaint)
            } ?? false
    }

    /// No change has waited for too long. Says nothing of the node.
    package func isHealthy(at moment: Moment) -> Bool {
        families.values.allSatisfy { isHealthy($0, moment) }
    }

    private func isHealthy(_ family: Family, _ moment: Moment) -> Bool {
        guard let since = family.pendingSince else { return true }
        return moment.monotonic - since < timeout
    }
}

extension ProxyHealth {
    /// What `/healthz` and `/livez` tell.
    package struct Report: Equatable, Sendable {
        /// Of one family.
        package struct Status: Equatable, Sendable {
            /// Since the epoch; nil: never yet.
            package var lastUpdated: Duration?
            package var isHealthy: Bool
        }

        /// Since the epoch; of a healthy proxy this moment, as it has nothing left to do.
        package var lastUpdated: Duration?
        package var currentTime: Duration
        /// Only `/healthz` tells it; nil: not told.
        package var isNodeEligible: Bool?
        package var isHealthy: Bool
        package var families: [IPFamily: Status]

        /// The answer is 200, not 503.
        package var isGood: Bool { isHealthy && isNodeEligible != false }
    }

    /// For `/healthz`, by which load balancers choose nodes: the node counts.
    package func healthReport(at moment: Moment) -> Report {
        report(at: moment, isNodeEligible: isNodeEligible)
    }

    /// For `/livez`, by which the proxy is restarted: a node that is about to go is no reason.
    package func livenessReport(at moment: Moment) -> Report {
        report(at: moment, isNodeEligible: nil)
    }

    private func report(at moment: Moment, isNodeEligible: Bool?) -> Report {
        var report = Report(
            lastUpdated: families.values.compactMap(\.lastUpdated).max(),
            currentTime: moment.sinceEpoch, isNodeEligible: isNodeEligible,
            isHealthy: isHealthy(at: moment),
            families: families.mapValues {
                Report.Status(lastUpdated: $0.lastUpdated, isHealthy: isHealthy($0, moment))
            })
        if report.isGood { report.lastUpdated = moment.sinceEpoch }
        return report
    }
}
