import APIClient
import ArgumentParser
import KubeAPI
import Watching

/// `pointsman pod list`.
struct PodListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the Pods that stand for an address.",
        discussion: """
            Examples:
              pointsman pod list
              pointsman pod list -n shop -o json
            """)

    @Option(name: .short, help: "table or json.")
    var output = OutputFormat.table

    @OptionGroup var connection: ClientOptions

    func run() async throws {
        let (client, namespace) = try connection.connect(userAgent: "pointsman-pod")
        let list: ObjectList
        do {
            list = try await client.list(.pods, ListOptions(namespace: namespace))
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        let rows = try list.items.map { Pod(json: try $0.json()) }.compactMap(Row.init)
        switch output {
        case .json:
            print(String(decoding: JSON.array(rows.map(\.json)).encoded(), as: UTF8.self))
        case .table:
            if rows.isEmpty { print("No Pods with an address in namespace \(namespace).") }
            for line in Row.table(rows) { print(line) }
        }
    }
}

/// One Pod of the list.
private struct Row {
    let name: String
    let address: String
    let isReady: Bool
    let labels: [String: String]

    init?(_ pod: Pod) {
        guard let address = pod.metadata.annotations[PodCommand.addressAnnotation] else {
            return nil
        }
        name = pod.metadata.name
        self.address = address
        isReady = pod.isReady
        labels = pod.metadata.labels
    }

    var json: JSON {
        [
            "name": .string(name), "address": .string(address), "ready": .bool(isReady),
            "labels": .stringMap(labels),
        ]
    }

    static func table(_ rows: [Row]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let cells =
            [["NAME", "ADDRESS", "READY", "LABELS"]]
            + rows.map { row in
                let labels = row.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return [
                    row.name, row.address, row.isReady ? "yes" : "no",
                    labels.joined(separator: ","),
                ]
            }
        return TextTable.lines(cells)
    }
}
