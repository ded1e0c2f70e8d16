/// The names by which runner, data plane and controllers speak of a Pod.
package enum PodWords {
    /// Annotation: the process that supervises the Pod, as `<pid>:<starttime>`.
    package static let runner = "pointsman.dev/runner"
    package static let weight = "pointsman.dev/weight"
    /// Condition: the data plane of the node sends the Pod nothing new.
    package static let drained = "pointsman.dev/Drained"
    /// Reason of a Drained that is False: nothing else is left to send to.
    package static let onlyTerminatingLeft = "OnlyTerminatingLeft"
}
