import ArgumentParser
import KubeAPI

/// `pointsman pod`.
struct PodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pod",
        abstract: "Let a VM, or a process that was started elsewhere, take part as a Pod.",
        subcommands: [PodAddCommand.self, PodListCommand.self, PodRemoveCommand.self])

    /// The annotation that says where such a Pod is.
    static let addressAnnotation = PointsmanName.address
}
