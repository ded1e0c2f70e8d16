import Glibc

/// Commands, run where the calling thread is.
enum Shell {
    struct Failure: Error { let command: String }

    static func run(_ command: String) throws {
        guard system(command) == 0 else { throw Failure(command: command) }
    }

    /// One command a line.
    static func runAll(_ commands: String) throws { try run("set -e\n\(commands)") }
}
