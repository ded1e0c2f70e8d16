import APIClient
import ArgumentParser
import KubeAPI
import Watching

/// `pointsman token revoke`.
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Make tokens invalid at once; what was opened with them ends within seconds.",
        discussion: """
            Example:
              pointsman token revoke grafana
            """)

    @Argument(help: ArgumentHelp("The tokens' names.", valueName: "name"))
    var names: [String]

    @OptionGroup var connection: KubeconfigOptions

    func run() async throws {
        let (client, _) = try connection.connect(userAgent: TokenCommand.userAgent)
        for name in names {
            do {
                try await client.delete(.tokens, ObjectName(name))
            } catch {
                throw CommandFailure(description: "\(error)")
            }
            print("token/\(name) revoked")
        }
    }
}
