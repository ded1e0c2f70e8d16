import APIClient
import ArgumentParser
import KubeAPI
import Watching

/// `pointsman pod remove`.
struct PodRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a Pod that stands for an address; its connections are drained first.",
        discussion: """
            Example:
              pointsman pod remove db-1
            """)

    @Argument(help: "The Pod's name.")
    var name: String

    @OptionGroup var connection: ClientOptions

    func run() async throws {
        let (client, namespace) = try connection.connect(userAgent: "pointsman-pod")
        let object = ObjectName(namespace: namespace, name: name)
        do {
            let pod = Pod(json: try (try await client.get(.pods, object)).json())
            guard pod.metadata.annotations[PodCommand.addressAnnotation] != nil else {
                throw CommandFailure(
                    description: "pod/\(name) does not stand for an address; "
                        + "delete it with `kubectl delete pod \(name)`")
            }
            try await client.delete(.pods, object)
        } catch let status as Status {
            throw CommandFailure(description: status.description)
        }
        print("pod/\(name) removed")
    }
}
