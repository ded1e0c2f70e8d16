/// The names that Pointsman adds to the API's Pods: the contract between the runner, the controllers and the data plane.
package enum PointsmanName {
    /// Annotation: where a Pod is that stands for something elsewhere.
    package static let address = "pointsman.dev/address"
    /// Annotation: the process that runs a Pod, as `<pid>:<start time>`.
    package static let runner = "pointsman.dev/runner"
    /// Annotation: a Pod's share of new connections, 0...65535.
    package static let weight = "pointsman.dev/weight"
    /// Condition: nothing new is sent to a terminating Pod.
    package static let drained = "pointsman.dev/Drained"
}
