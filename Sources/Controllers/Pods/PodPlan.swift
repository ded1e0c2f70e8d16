package import Addresses
package import KubeAPI

/// What is to be done for one Pod, decided from values alone.
package enum PodPlan: Equatable, Sendable {
    case nothing
    /// Give it addresses of the Pod CIDRs.
    case allocate
    /// Its runner is gone: not ready, then deleted.
    case reap
    /// It has ended gracefully, or its time is up: delete it at once.
    case finish
    /// It terminates; look again after that long.
    case wait(Duration)
    /// It stands for something elsewhere: show it as running there.
    case show([IPAddress])
    /// It cannot run: say so, with an Event of this reason.
    case explain(reason: String, message: String)

    /// Condition `pointsman.dev/Drained`: no data plane sends the Pod anything new.
    package static let drainedCondition = PointsmanName.drained

    package static let howPodsRun =
        "Pointsman starts no containers: run local processes as Pods with `pointsman run`, or give the Pod "
        + "the address of what it stands for with annotation \(PodRole.addressAnnotation)"

    /// `isRunnerGone` answers for the process that the annotation names.
    package init(
        _ pod: Pod, node: String, podCIDRs: [IPPrefix], now: Timestamp,
        isRunnerGone: (String) -> Bool
    ) {
        let isHere = pod.nodeName == node
        switch PodRole(pod, podCIDRs: podCIDRs) {
        case .runner(let runner):
            guard isHere else { self = .nothing; return }
            if isRunnerGone(runner) {
                self = .reap
            } else {
                self = pod.podIPs.isEmpty && !pod.isTerminating ? .allocate : .nothing
            }
        case .elsewhere(let addresses):
            self = pod.isTerminating ? Self.ending(pod, now) : .show(addresses)
        case .invalid(let why):
            if pod.isTerminating {
                self = .finish
            } else {
                self = .explain(
                    reason: "InvalidAddress",
                    message: "annotation \(PodRole.addressAnnotation): \(why)")
            }
        case .none:
            if pod.isTerminating {
                self = isHere ? .finish : .nothing
            } else if (isHere || pod.nodeName.isEmpty), pod.podIPs.isEmpty, !pod.isFinished {
                self = .explain(reason: "FailedScheduling", message: Self.howPodsRun)
            } else {
                self = .nothing
            }
        }
    }

    /// A data plane that keeps the Pod because no other is left says so with `Drained=False`: then there is nothing
    /// to wait for either.
    private static func ending(_ pod: Pod, _ now: Timestamp) -> PodPlan {
        if pod.conditions.contains(where: { $0.type == drainedCondition }) { return .finish }
        guard let text = pod.metadata.deletionTimestamp, let end = Timestamp(text), now < end else {
            return .finish
        }
        return .wait(.seconds(end.secondsSinceEpoch - now.secondsSinceEpoch))
    }
}
