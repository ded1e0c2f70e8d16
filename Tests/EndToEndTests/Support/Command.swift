import Foundation

/// A program that was run to its end.
struct CommandResult: Sendable, CustomStringConvertible {
    let command: String
    let status: Int32
    let output: String
    let errors: String

    var succeeded: Bool { status == 0 }
    var description: String { "$ \(command)\n\(output)\(errors)(exit \(status))" }
}

/// A program that did not do what a test needed.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

enum Command {
    /// Runs a program to its end. No shell is involved.
    /// - Parameter seconds: after which it is killed and the result is a failure.
    static func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
        seconds: Double = 60
    ) async throws -> CommandResult {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "pointsman-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (output, errors) = (directory.appending(path: "out"), directory.appending(path: "err"))
        var inputPath = "/dev/null"
        if let input {
            inputPath = directory.appending(path: "in").path()
            try input.write(toFile: inputPath, atomically: false, encoding: .utf8)
        }
        let process = try start(
            arguments, environment: environment, input: inputPath, output: output, errors: errors)
        let deadline = ContinuousClock.now + .seconds(seconds)
        while process.isRunning {
            if ContinuousClock.now > deadline { process.send(SIGKILL) }
            // Not cancellable: the program is waited for whatever becomes of the test.
            await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
        }
        return CommandResult(
            command: arguments.joined(separator: " "), status: process.terminationStatus ?? -1,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    /// As `run`, and throws what was printed where the exit status is not 0.
    @discardableResult
    static func check(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) async throws -> String {
        let result = try await run(arguments, input: input, environment: environment)
        guard result.succeeded else { throw CommandFailure(description: result.description) }
        return result.output
    }

    /// Starts a program whose output goes to files.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
        output: URL, errors: URL
    ) throws -> ChildProcess {
        try ChildProcess(
            arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            input: input, output: output.path(), errors: errors.path())
    }
}

/// Waits until `condition` holds; throws after `seconds`, saying what was waited for.
func eventually(
    _ what: String, seconds: Double = 20, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else {
            throw CommandFailure(description: "\(what): not within \(seconds) seconds")
        }
        try await Task.sleep(for: .milliseconds(50))
    }
}
