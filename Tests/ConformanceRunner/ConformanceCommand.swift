import ArgumentParser
import FoundationEssentials
import Linux
import TestSupport

/// Runs the cases of Tests/Conformance against the built binary. scripts/conformance.sh gives it a network of its
/// own.
@main
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Hold `pointsman up` against what Kubernetes 1.36 answered.",
        discussion: """
            Every case that fails is told with what was expected and what came; the last line counts. The exit status \
            is 1 if a case failed, 2 if nothing could be run.
            """)

    @Option(help: "The folder of the files with cases.")
    var cases = ConformanceCase.folder

    @Option(help: "Run only the cases whose id begins so; may be repeated.")
    var only: [String] = []

    @Option(help: "The binary. (default: the one beside this program)")
    var pointsman: String?

    @Flag(help: "Tell also what passed.")
    var verbose = false

    func run() async throws {
        guard OwnNetwork.isHere else {
            StandardStream.error.write(
                "conformance: this network belongs to others; run scripts/conformance.sh, which makes one\n"
            )
            throw ExitCode(2)
        }
        let files = readFiles()
        guard !files.isEmpty else {
            let names = CaseFile.all.map(\.name).joined(separator: ", ")
            StandardStream.error.write("conformance: none of \(names) in \(cases)\n")
            throw ExitCode(2)
        }
        var report = Report(isVerbose: verbose)
        let runner = Runner(binary: binary)
        for (file, tests) in files {
            let wanted = tests.filter { isWanted($0.id) }
            if wanted.isEmpty { continue }
            report.begin(file.name)
            switch file.execution {
            case .onServer(let executable):
                await runner.run(wanted.map { ($0.id, executable($0)) }, &report)
            case .alone(let play):
                for test in wanted {
                    report.add(test.id, await Outcome.of { try await play(test) })
                }
            }
        }
        await runner.end()
        report.end()
        guard report.failed == 0 else { throw ExitCode(1) }
    }

    private func isWanted(_ id: String) -> Bool {
        only.isEmpty || only.contains { id.hasPrefix($0) }
    }

    private func readFiles() -> [(CaseFile, [ConformanceCase])] {
        CaseFile.all.compactMap { file in
            ConformanceCase.read("\(cases)/\(file.name)").map { (file, $0) }
        }
    }

    private var binary: String {
        if let pointsman { return pointsman }
        let own = PrivateFile.absolute("/proc/self/exe")
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/pointsman"
    }
}
