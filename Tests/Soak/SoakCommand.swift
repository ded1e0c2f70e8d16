import ArgumentParser
import Linux
import ServerProcess

// Random clients over HTTPS against a real `pointsman up` that is killed again and again. Exits with 1 if anything
// acknowledged is lost, anything deleted is back, a watch missed something, an address or port was given twice or is
// lost, or descriptors or memory are left behind.
@main
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "SoakDriver")

    @Option(help: "The program under test.")
    var binary: String

    @Option(help: "A directory that exists and is empty, for its data.")
    var directory: String

    @Option(help: "How long the load lasts.")
    var seconds = 600

    @Option(help: "How many clients, and as many watchers.")
    var clients = 50

    @Option(help: "Of the random operations; 0 takes one at random.")
    var seed: UInt64 = 0

    func run() async throws {
        try DescriptorLimit.raiseToHardLimit()
        let seed = seed == 0 ? UInt64.random(in: 1...999_999) : seed
        say("\(clients) clients and watchers for \(seconds) s, seed \(seed)")
        var options = ServerProcess.Options(binary: binary, dataDirectory: directory)
        options.arguments = [
            "--service-cidr", "\(PoolProbe.serviceCIDR),fd00:10:96::/112", "--pod-cidr",
            "10.244.0.0/24,fd00:10:244::/64", "--node-port-range",
            "\(PoolProbe.nodePorts.lowerBound)-\(PoolProbe.nodePorts.upperBound)",
        ]
        let soak = Soak(options: options, seconds: seconds, clients: clients, seed: seed)
        try await soak.run()
        for (what, count) in soak.findings.counts.sorted(by: { $0.key < $1.key }) {
            say("\(what): \(count)")
        }
        let violations = soak.findings.violations
        say(violations.isEmpty ? "nothing is wrong" : "\(violations.count) violations")
        if !violations.isEmpty { throw ExitCode(1) }
    }
}
