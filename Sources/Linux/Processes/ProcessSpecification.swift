/// What a supervised process shall be. No shell is involved.
package struct ProcessSpecification: Sendable {
    /// The program, then its arguments. A program without a slash is looked up in the environment's PATH.
    package var command: [String]
    package var environment: [String: String]
    /// nil: the caller's own.
    package var directory: String?
    /// The network namespace to live in; nil: the caller's own.
    package var network: NetworkNamespace?
    /// What the process shares with the host.
    package var isolation: Isolation

    package enum Isolation: Sendable, Equatable {
        /// Everything. Descendants die with the process, and with the runner unless somebody kills the supervisor
        /// between the two as well (with SIGKILL): then those of them that are no direct children stay.
        case none
        /// A PID namespace, so that the kernel itself kills all descendants, and a mount namespace. Needs
        /// CAP_SYS_ADMIN. `resolver` is a file to stand over /etc/resolv.conf, `scratch` an empty directory for
        /// hosts that have no such file.
        case namespaces(resolver: String?, scratch: String?)
    }

    package init(
        command: [String], environment: [String: String], directory: String? = nil,
        network: NetworkNamespace? = nil, isolation: Isolation = .none
    ) {
        self.command = command
        self.environment = environment
        self.directory = directory
        self.network = network
        self.isolation = isolation
    }

    /// The file that the command means; nil if there is none that may be executed.
    package var executable: String? {
        guard let program = command.first, !program.isEmpty else { return nil }
        if program.contains("/") { return program }
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        for directory in path.split(separator: ":", omittingEmptySubsequences: false) {
            let file = directory.isEmpty ? "./\(program)" : "\(directory)/\(program)"
            if FileSystem.isExecutable(file) { return file }
        }
        return nil
    }
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signaled(Int32)

    /// Reads the status of wait(2).
    init(wait status: Int32) {
        self = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
    }

    /// As a shell and Kubernetes have it: 128 and the signal's number for a signal.
    package var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    package var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signaled(let signal): "killed by signal \(signal)"
        }
    }
}

/// Why a process could not be started.
package enum ProcessStartError: Error, Sendable, CustomStringConvertible {
    case noExecutable(String)
    case failed(step: String, Errno)
    case system(SystemError)

    package var description: String {
        switch self {
        case .noExecutable(let name): "\(name): no such program"
        case .failed(let step, let errno): "\(step): \(errno)"
        case .system(let error): error.description
        }
    }
}
