import Foundation
import SQLiteStorage
import Storage
import Testing

/// Set for the child process of the crash test: where it writes.
private let crashDirectory = ProcessInfo.processInfo.environment["POINTSMAN_CRASH_DIRECTORY"]

@Suite("A process that is killed")
struct CrashTests {
    @Test("Loses no write that it acknowledged", .enabled(if: crashDirectory == nil))
    func losesNothing() async throws {
        let directory = try TemporaryDirectory()
        let acknowledged = directory.path("acknowledged")
        _ = FileManager.default.createFile(atPath: acknowledged, contents: nil)
        var total = 0
        for round in 1...3 {
            let child = try startWriter(directory)
            total = try await waitForLines(acknowledged, atLeast: total + 200, child)
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            #expect(child.terminationReason == .uncaughtSignal)

            let lines = try String(contentsOfFile: acknowledged, encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let log = try SQLiteLog(path: directory.path("store.db"))
            for line in lines {
                let parts = line.split(separator: " ").map(String.init)
                #expect(try await log.get(parts[0])?.text == parts[1], "round \(round)")
            }
            total = lines.count
            await log.close()
        }
    }

    @Test("(the child of the crash test)", .enabled(if: crashDirectory != nil, "only as a child"))
    func writesUntilKilled() async throws {
        let directory = try #require(crashDirectory)
        let log = try SQLiteLog(path: "\(directory)/store.db")
        let output = try #require(FileHandle(forWritingAtPath: "\(directory)/acknowledged"))
        try output.seekToEnd()
        let start = try await log.currentRevision()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0... {
                        let key = "\(start)/\(writer)/\(number)"
                        let value = try await log.put(key, "v")
                        try output.write(contentsOf: Data("\(key) \(value.text)\n".utf8))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Starts this test program anew, for the child's test alone.
    private func startWriter(_ directory: TemporaryDirectory) throws -> Process {
        let child = Process()
        child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["--testing-library", "swift-testing", "--filter", "writesUntilKilled"]
        child.environment = ProcessInfo.processInfo.environment.merging(
            ["POINTSMAN_CRASH_DIRECTORY": directory.path]
        ) { $1 }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        return child
    }

    private func waitForLines(
        _ path: String, atLeast count: Int, _ child: Process
    ) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let data = try Data(contentsOf: URL(filePath: path))
            let lines = data.count { $0 == UInt8(ascii: "\n") }
            if lines >= count { return lines }
            try #require(child.isRunning, "the writer ended by itself")
            try await Task.sleep(for: .milliseconds(5))
        }
        throw CancellationError()
    }
}
