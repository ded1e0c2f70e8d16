import Glibc
import Synchronization

/// A program that runs beside the tests. Foundation's Process is not used: it reads beyond its buffer where a process
/// has many descriptors, and is not safe to start from several threads.
final class ChildProcess: Sendable {
    let processIdentifier: pid_t
    private let ended = Mutex<Int32?>(nil)

    /// Starts `arguments[0]`, looked up on the PATH.
    /// - Parameters:
    ///   - input: the file that it reads.
    ///   - output: the file that it appends to; `errors` may be the same.
    init(
        _ arguments: [String], environment: [String: String], input: String, output: String,
        errors: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors, append, 0o644)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard failure == 0 else {
            throw CommandFailure(
                description:
                    "\(arguments[0]) cannot be started: \(String(cString: strerror(failure)))")
        }
        processIdentifier = pid
    }

    /// As a shell has it: 128 and the signal's number for a program that a signal ended; nil while it runs.
    var terminationStatus: Int32? {
        ended.withLock { ended in
            if let ended { return ended }
            var status: Int32 = 0
            guard waitpid(processIdentifier, &status, WNOHANG) == processIdentifier else {
                return nil
            }
            let signal = status & 0x7F
            ended = signal == 0 ? status >> 8 & 0xFF : 128 + signal
            return ended
        }
    }

    var isRunning: Bool { terminationStatus == nil }

    func send(_ signal: Int32) {
        if isRunning { kill(processIdentifier, signal) }
    }
}
