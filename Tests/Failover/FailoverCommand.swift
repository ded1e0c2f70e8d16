import ArgumentParser
import Linux
import ServerProcess

// New connections all the time, through a kernel data plane whose endpoints change and whose process is killed again and
// again. Exits with 1 if one of them failed, or went to a backend that it should not have gone to. To be started in a
// network namespace of its own: that is the node.
@main
struct FailoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "FailoverDriver")

    @Option(help: "The program under test.")
    var binary: String

    @Option(help: "A directory that exists and is empty, for its data.")
    var directory: String

    @Option(help: "How many new connections a second.")
    var rate = 2000

    @Option(help: "How often endpoints change.")
    var changes = 1000

    @Option(help: "How often the program is killed.")
    var kills = 20

    @Option(help: "Of the random choices; 0 takes one at random.")
    var seed: UInt64 = 0

    func validate() throws {
        guard rate >= 20, changes >= 1, (0...changes).contains(kills) else {
            throw ValidationError(
                "at least 20 connections a second, and no more kills than changes")
        }
    }

    func run() async throws {
        try DescriptorLimit.raiseToHardLimit()
        let seed = seed == 0 ? UInt64.random(in: 1...999_999) : seed
        say("\(rate) connections a second, \(changes) changes, \(kills) kills, seed \(seed)")
        var options = ServerProcess.Options(binary: binary, dataDirectory: directory)
        options.arguments = Cluster.arguments
        let findings = Findings()
        let failover = Failover(
            options: options, rate: rate, changes: changes, kills: kills, findings: findings)
        try await failover.run(seed: seed)
        for line in findings.summary { say(line) }
        if !findings.isClean { throw ExitCode(1) }
    }
}
