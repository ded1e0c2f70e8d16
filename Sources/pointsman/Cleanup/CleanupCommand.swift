import Addresses
import ArgumentParser
import DataPlanes
import Linux
import Pods

/// `pointsman cleanup`.
struct CleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup",
        abstract: "Remove what Pointsman has put into this host's kernel.",
        discussion: """
            Removes the nf_tables tables named pointsman, the routes that Pointsman made, its addresses on lo, and network
            namespaces of Pods whose runner is gone. Connections through Services end. Files stay: the data directory has
            the objects and addresses, and the next `pointsman up` puts everything back. Stop `pointsman up` first.

            Examples:
              pointsman cleanup
              pointsman cleanup --data-dir ./state
            """)

    @Option(
        help: ArgumentHelp(
            "The data directory of `up`: tells which addresses are ours. (default: as for `up`)",
            valueName: "path"))
    var dataDir: String?

    func run() async throws {
        guard Capability.netAdmin.isHeld else {
            throw CommandFailure(
                description: "cleanup: CAP_NET_ADMIN is missing; run it as root")
        }
        do {
            try HostCleanup(dataDirectory: dataDir ?? DataDirectory.defaultPath).refuseWhileUp()
            for line in try await HostCleanup(
                dataDirectory: dataDir ?? DataDirectory.defaultPath).run()
            {
                StandardStream.output.write(line + "\n")
            }
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(description: "cleanup: \(error)")
        }
    }
}
