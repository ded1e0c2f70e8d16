import APIClient
import ArgumentParser
import KubeAPI
import Linux
import Watching

/// `pointsman token list`.
struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tokens: what they allow and until when. Expired ones go after a day.",
        discussion: """
            Examples:
              pointsman token list
              pointsman token list -o json
            """)

    @Option(name: .short, help: "table or json.")
    var output = OutputFormat.table

    @OptionGroup var connection: KubeconfigOptions

    func run() async throws {
        let (client, _) = try connection.connect(userAgent: TokenCommand.userAgent)
        let rows: [TokenRow]
        do {
            rows = try await client.list(.tokens, ListOptions()).items.map {
                TokenRow(try $0.json())
            }
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        switch output {
        case .json:
            print(String(decoding: JSON.array(rows.map(\.json)).encoded(), as: UTF8.self))
        case .table:
            if rows.isEmpty { return print("No tokens.") }
            let now = Timestamp(secondsSinceEpoch: WallClock.sinceEpoch.components.seconds)
            let lines = TextTable.lines([TokenRow.heading] + rows.map { $0.cells(now: now) })
            for line in lines { print(line) }
        }
    }
}
