import Addresses
import Glibc
import Linux

/// The dig of BIND, as a user would run it.
enum Dig {
    static let isInstalled = access("/usr/bin/dig", X_OK) == 0

    /// Runs `dig @SERVER -p PORT ARGUMENTS` and returns what it prints. One try, with
    /// the patience that a loaded machine needs.
    static func run(_ server: IPSocketAddress, _ arguments: String) async -> String {
        (try? await onThread { runBlocking(server, arguments) }) ?? "dig was not started"
    }

    private static func runBlocking(_ server: IPSocketAddress, _ arguments: String) -> String {
        let command =
            "dig @\(server.address) -p \(server.port) +tries=1 +time=10 \(arguments) 2>&1"
        guard let stream = popen(command, "r") else { return "popen failed" }
        defer { pclose(stream) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            output += buffer[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The answers' data alone, one a line, sorted.
    static func short(_ server: IPSocketAddress, _ arguments: String) async -> [String] {
        await run(server, "+short \(arguments)").split(separator: "\n").map(String.init)
            .sorted()
    }
}

/// Runs what blocks on a thread of its own: the few threads of Swift's pool must stay free for the servers.
func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Value, any Error>) in
        do {
            _ = try Thread(named: "test") { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
