import CLinux
import Glibc
import Synchronization

/// A process under a supervisor that outlives neither it nor this process: whatever way this process ends, all that
/// the process has started is killed (see `ProcessSpecification.Isolation` for what is guaranteed when).
package final class SupervisedProcess: Sendable {
    /// The supervisor's process id; the process is its only child.
    package let supervisor: Int32
    /// What the process writes. Reading them never blocks.
    package let standardOutput: OwnedDescriptor
    package let standardError: OwnedDescriptor
    private let pidfd: OwnedDescriptor
    private let report: OwnedDescriptor
    private let lifeline: Mutex<OwnedDescriptor?>

    /// Starts the process; returns once it runs. `joining` puts it into the network, mount and PID namespaces of
    /// another one that was started with namespaces of its own.
    package static func start(
        _ specification: ProcessSpecification, joining other: SupervisedProcess? = nil
    ) async throws(ProcessStartError) -> SupervisedProcess {
        let process: SupervisedProcess
        do throws(SystemError) {
            guard let executable = specification.executable else {
                throw SystemError(.noSuchEntry, "")
            }
            process = try SupervisedProcess(specification, executable, other)
        } catch {
            if error.call.isEmpty { throw .noExecutable(specification.command.first ?? "") }
            throw .system(error)
        }
        let first = await process.nextReport()
        guard let first, first.kind != 0 else {
            process.kill()
            _ = await process.reap()
            guard let first else { throw .failed(step: "start", .noSuchProcess) }
            throw .failed(
                step: Self.step(first.failed_step, specification),
                Errno(rawValue: first.error))
        }
        return process
    }

    private init(
        _ specification: ProcessSpecification, _ executable: String,
        _ other: SupervisedProcess?
    ) throws(SystemError) {
        let output = try Pipe()
        let error = try Pipe()
        let report = try Pipe()
        let lifeline = try Pipe()
        try output.writeEnd.setBlocking()
        try error.writeEnd.setBlocking()
        let input = OwnedDescriptor(
            owning: try checked("open /dev/null") { open("/dev/null", O_RDONLY | O_CLOEXEC) })
        var request = clinux_spawn()
        request.standard_input = input.raw
        request.standard_output = output.writeEnd.raw
        request.standard_error = error.writeEnd.raw
        request.report = report.writeEnd.raw
        request.lifeline = lifeline.readEnd.raw
        request.join = other?.pidfd.raw ?? -1
        request.network = -1
        var pidfd: Int32 = -1
        let pid: Int32
        if let network = specification.network, other == nil {
            let descriptor = try network.open()
            request.network = descriptor.raw
            pid = try request.spawn(specification, executable, &pidfd)
        } else {
            pid = try request.spawn(specification, executable, &pidfd)
        }
        supervisor = pid
        self.pidfd = OwnedDescriptor(owning: pidfd)
        standardOutput = try output.readEnd.duplicate()
        standardError = try error.readEnd.duplicate()
        self.report = try report.readEnd.duplicate()
        self.lifeline = Mutex(try lifeline.writeEnd.duplicate())
    }

    /// Sends a signal to the process (not to its children).
    package func send(_ signal: Signal) {
        let raw = pidfd.raw
        _ = clinux_pidfd_send_signal(raw, signal.rawValue)
    }

    /// Kills the process and all its descendants at once.
    package func kill() {
        lifeline.withLock { $0 = nil }
    }

    /// Suspends until the process has ended and all its descendants are killed. To be called once.
    package func exit() async -> ExitStatus {
        var status = ExitStatus.signaled(SIGKILL)
        while let message = await nextReport() {
            if message.kind == 2 { status = ExitStatus(wait: message.status) }
        }
        await reap()
        return status
    }

    /// The process ids of the supervisor's children as this process sees them: first the process itself.
    package var processes: [Int32] {
        let text = try? FileSystem.readText("/proc/\(supervisor)/task/\(supervisor)/children")
        return (text ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    private func nextReport() async -> clinux_exit? {
        let size = MemoryLayout<clinux_exit>.size
        // Deaf to cancellation: what has been started must be reaped. Messages are written whole.
        let bytes = await Task { [self] in try? await report.readWhenReady(upTo: size) }.value
        guard let bytes, bytes.count == size else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: clinux_exit.self) }
    }

    private func reap() async {
        await Task { [self] in
            _ = try? await DescriptorWaits.shared.wait(for: .readable, on: pidfd)
            let raw = pidfd.raw
            _ = clinux_pidfd_reap(raw)
        }.value
    }

    private static func step(_ step: Int32, _ specification: ProcessSpecification) -> String {
        switch UInt32(bitPattern: step) {
        case CLINUX_STEP_JOIN.rawValue: "enter the namespaces"
        case CLINUX_STEP_NETWORK.rawValue: "enter network namespace"
        case CLINUX_STEP_MOUNTS.rawValue: "make a mount namespace"
        case CLINUX_STEP_PROC.rawValue: "mount /proc"
        case CLINUX_STEP_RESOLVER.rawValue: "mount /etc/resolv.conf"
        case CLINUX_STEP_FORK.rawValue: "fork"
        case CLINUX_STEP_DIRECTORY.rawValue: "chdir \(specification.directory ?? "")"
        default: "exec \(specification.command.first ?? "")"
        }
    }
}

extension clinux_spawn {
    /// Starts the supervisor with the texts of the specification.
    fileprivate mutating func spawn(
        _ specification: ProcessSpecification, _ executable: String, _ pidfd: inout Int32
    ) throws(SystemError) -> Int32 {
        let arguments = CStrings(specification.command)
        let environment = CStrings(
            specification.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var resolver: String?
        var scratch: String?
        if case .namespaces(let file, let directory) = specification.isolation {
            isolated = 1
            (resolver, scratch) = (file, directory)
        }
        let texts = CStrings([executable])
        let options = [specification.directory, resolver, scratch].map { $0.map { CStrings([$0]) } }
        path = UnsafePointer(texts.pointers[0])
        self.arguments = UnsafePointer(arguments.pointers)
        self.environment = UnsafePointer(environment.pointers)
        directory = options[0].flatMap { UnsafePointer($0.pointers[0]) }
        self.resolver = options[1].flatMap { UnsafePointer($0.pointers[0]) }
        self.scratch = options[2].flatMap { UnsafePointer($0.pointers[0]) }
        var request = self
        let pid = try checked("clone3") { clinux_spawn_supervised(&request, &pidfd) }
        withExtendedLifetime((texts, arguments, environment, options)) {}
        return pid
    }
}

/// Texts as C has them, with a null pointer at the end.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
        pointers[count] = nil
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}

extension OwnedDescriptor {
    /// Clears O_NONBLOCK: the process at the other end expects a plain pipe.
    fileprivate func setBlocking() throws(SystemError) {
        let raw = raw
        let flags = try checked("fcntl F_GETFL") { fcntl(raw, F_GETFL) }
        try checked("fcntl F_SETFL") { fcntl(raw, F_SETFL, flags & ~O_NONBLOCK) }
    }
}
