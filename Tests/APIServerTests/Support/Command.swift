import Foundation

/// What a program printed, and how it ended.
struct CommandResult: Sendable {
    var status: Int32
    var output: [UInt8]
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
}

struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs a program to its end, off the cooperative pool.
func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String] = [:]
) async throws -> CommandResult {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result { try runBlocking(program, arguments, input, environment) })
        }
    }
}

private func runBlocking(
    _ program: String, _ arguments: [String], _ input: [UInt8], _ environment: [String: String]
) throws -> CommandResult {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors, stdin) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = stdin
    try process.run()
    let reader = ErrorReader(errors)
    reader.start()
    // Beside the reading: a program that answers before it has read everything would wait for ever.
    let writing = stdin.fileHandleForWriting
    Thread.detachNewThread {
        try? writing.write(contentsOf: Data(input))
        try? writing.close()
    }
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return CommandResult(
        status: process.terminationStatus, output: bytes, errors: reader.text())
}

/// Empties one pipe while another is read.
private final class ErrorReader: @unchecked Sendable {
    private let pipe: Pipe
    private let done = DispatchSemaphore(value: 0)
    private var data = Data()

    init(_ pipe: Pipe) { self.pipe = pipe }

    func start() {
        Thread.detachNewThread {
            self.data = self.pipe.fileHandleForReading.readDataToEndOfFile()
            self.done.signal()
        }
    }

    func text() -> String {
        done.wait()
        return String(decoding: data, as: UTF8.self)
    }
}
