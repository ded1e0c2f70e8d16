import APIClient
import Addresses
import ArgumentParser
import KubeAPI
import LoadBalancing
import Watching

/// `pointsman pod add`.
struct PodAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a Pod that stands for an address.",
        discussion: """
            Examples:
              pointsman pod add db-1 --address 192.168.1.20 -l app=database --port mysql=3306 --ready tcp:3306
              pointsman pod add vm-2 --address 192.168.1.21 -l app=web --port 8080 --ready http::8080/healthz
            """)

    @Argument(help: "The Pod's name.")
    var name: String

    @Option(help: ArgumentHelp("Where it is reached.", valueName: "ip"))
    var address: String

    @OptionGroup var pod: PodOptions
    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard IPAddress(address) != nil else {
            throw ValidationError("--address \(address): not an IP address")
        }
        _ = try pod.labelMap()
        _ = try pod.containerPorts()
        if case .exec = try pod.readinessProbe()?.check {
            throw ValidationError(
                "--ready exec: works for `pointsman run` only: the process is elsewhere")
        }
    }

    func run() async throws {
        let (client, namespace) = try connection.connect(userAgent: "pointsman-pod")
        do {
            _ = try await client.create(.pods, try object(in: namespace))
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        print("pod/\(name) added")
    }

    private func object(in namespace: String) throws(ValidationError) -> JSON {
        var annotations = [PodCommand.addressAnnotation: address]
        if let weight = pod.weight { annotations[Scheduler.weightAnnotation] = String(weight) }
        var container: JSON = ["name": "main", "image": "external"]
        let ports = try pod.containerPorts()
        if !ports.isEmpty { container["ports"] = .array(ports.map(\.json)) }
        if let probe = try pod.readinessProbe() { container["readinessProbe"] = probe.json }
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": .stringMap(try pod.labelMap()), "annotations": .stringMap(annotations),
            ],
            "spec": ["containers": [container]],
        ]
    }
}
