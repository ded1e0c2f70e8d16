import KubeAPI

/// The names by which runner, data plane and controllers speak of a Pod.
package enum PodWords {
    /// Annotation: the process that supervises the Pod, as `<pid>:<starttime>`.
    package static let runner = PointsmanName.runner
    package static let weight = PointsmanName.weight
    /// Condition: the data plane of the node sends the Pod nothing new.
    package static let drained = PointsmanName.drained
    /// Reason of a Drained that is False: nothing else is left to send to.
    package static let onlyTerminatingLeft = "OnlyTerminatingLeft"
}
