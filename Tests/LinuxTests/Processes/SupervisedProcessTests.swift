import Linux
import Testing

@Suite struct SupervisedProcessTests {
    static let environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "GREETING": "hello"]
    /// Without any privilege, and with namespaces where that is allowed.
    static let isolations: [ProcessSpecification.Isolation] =
        [.none] + (mayMakeNamespaces ? [.namespaces(resolver: nil, scratch: nil)] : [])

    func start(
        _ command: String..., isolation: ProcessSpecification.Isolation = .none
    ) async throws -> SupervisedProcess {
        try await SupervisedProcess.start(
            ProcessSpecification(
                command: command, environment: Self.environment, isolation: isolation))
    }

    func output(_ descriptor: borrowing OwnedDescriptor) async throws -> String {
        var bytes: [UInt8] = []
        while let more = try await descriptor.readWhenReady() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first line that a process writes, without its end.
    func line(_ process: SupervisedProcess) async throws -> String {
        var bytes: [UInt8] = []
        while bytes.last != 10, let more = try await process.standardOutput.readWhenReady(upTo: 1) {
            bytes += more
        }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    @Test(arguments: isolations)
    func outputEnvironmentAndExitCodeComeBack(
        isolation: ProcessSpecification.Isolation
    ) async throws {
        let process = try await start(
            "sh", "-c", "echo $GREETING \"$1\"; echo no >&2; exit 7", "x", "a  b",
            isolation: isolation)
        #expect(try await output(process.standardOutput) == "hello a  b\n")
        #expect(try await output(process.standardError) == "no\n")
        #expect(await process.exit() == .exited(7))
        #expect(!FileSystem.exists("/proc/\(process.supervisor)"))
    }

    @Test(arguments: isolations, [Signal.terminate, .user1])
    func aSignalReachesTheProcess(
        isolation: ProcessSpecification.Isolation, signal: Signal
    ) async throws {
        let process = try await start("sleep", "86399", isolation: isolation)
        process.send(signal)
        #expect(await process.exit() == .signaled(signal.rawValue))
    }

    @Test(arguments: isolations)
    func whatCannotBeStartedSaysWhy(isolation: ProcessSpecification.Isolation) async throws {
        let missing = await #expect(throws: ProcessStartError.self) {
            try await start("no-such-program-here", isolation: isolation)
        }
        #expect(missing?.description == "no-such-program-here: no such program")
        let noProgram = await #expect(throws: ProcessStartError.self) {
            try await start("/etc/passwd", isolation: isolation)
        }
        #expect(noProgram?.description.hasPrefix("exec /etc/passwd: EACCES") == true)
        var specification = ProcessSpecification(
            command: ["true"], environment: Self.environment, directory: "/nowhere")
        specification.isolation = isolation
        let noDirectory = await #expect(throws: ProcessStartError.self) {
            try await SupervisedProcess.start(specification)
        }
        #expect(noDirectory?.description.hasPrefix("chdir /nowhere: ENOENT") == true)
    }

    /// A shell that leaves a process behind, in a session of its own, whose parent has ended.
    static let orphaning = """
        trap '' TERM; (setsid sleep 86398 & ) ; sleep 86397 & echo started; wait
        """

    @Test(arguments: isolations)
    func killingTakesOrphansAlong(isolation: ProcessSpecification.Isolation) async throws {
        let process = try await start("sh", "-c", Self.orphaning, isolation: isolation)
        #expect(try await line(process) == "started")
        let below = descendants(of: process.supervisor)
        #expect(below.count >= 3)
        process.kill()
        #expect(await process.exit() == .signaled(9))
        #expect(below.filter(\.isAlive).isEmpty)
    }

    @Test(arguments: isolations)
    func theEndOfTheProcessTakesOrphansAlong(
        isolation: ProcessSpecification.Isolation
    ) async throws {
        let process = try await start(
            "sh", "-c", "(setsid sleep 86398 & ); echo started; read x < /dev/null; sleep 0.2",
            isolation: isolation)
        #expect(try await line(process) == "started")
        let below = descendants(of: process.supervisor)
        #expect(await process.exit() == .exited(0))
        #expect(below.filter(\.isAlive).isEmpty)
    }

    /// The processes that have the supervisor as an ancestor.
    func descendants(of root: Int32) -> [ProcessIdentity] {
        let text = (try? FileSystem.readText("/proc/\(root)/task/\(root)/children")) ?? ""
        let children = text.split(separator: " ").compactMap { Int32($0) }
        return children.compactMap { try? ProcessIdentity(pid: $0) }
            + children.flatMap { descendants(of: $0) }
    }

    @Test(arguments: isolations)
    func aRunnerKilledHardLeavesNoProcess(isolation: ProcessSpecification.Isolation) async throws {
        let isIsolated = isolation != .none
        let marker = "/tmp/pointsman-\(try ProcessIdentity.current())-\(isIsolated)"
        await #expect(processExitsWith: .signal(9)) {
            [marker = marker as String, isIsolated = isIsolated as Bool] in
            let process = try await SupervisedProcess.start(
                ProcessSpecification(
                    command: ["sh", "-c", SupervisedProcessTests.orphaning],
                    environment: SupervisedProcessTests.environment,
                    isolation: isIsolated ? .namespaces(resolver: nil, scratch: nil) : .none))
            _ = try await process.standardOutput.readWhenReady()
            let below = SupervisedProcessTests().descendants(of: process.supervisor)
            try FileSystem.write(
                below.map(\.description).joined(separator: "\n"), to: marker)
            Signal.kill.raise()
        }
        let below = try FileSystem.readText(marker).split(separator: "\n").compactMap {
            ProcessIdentity(String($0))
        }
        try FileSystem.remove(marker)
        #expect(below.count >= 3)
        for process in below { #expect(try await RunnerWatch.untilGone(process)) }
    }

    @Test(.enabled(if: mayMakeNamespaces, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
    func aPodSeesItsResolverItsProcessesAndItsNetwork() async throws {
        let lab = try NamespaceLab("process")
        let resolver = "\(lab.directory).resolv.conf"
        try FileSystem.write("nameserver 10.96.0.10\n", to: resolver)
        defer { try? FileSystem.remove(resolver) }
        let before = try FileSystem.read("/etc/resolv.conf")
        var specification = ProcessSpecification(
            command: [
                "sh", "-c",
                "cat /etc/resolv.conf; ls /sys/class/net; echo /proc/[0-9]*; sleep 86396",
            ],
            environment: Self.environment, network: lab.host,
            isolation: .namespaces(resolver: resolver, scratch: nil))
        let process = try await SupervisedProcess.start(specification)
        #expect(try await line(process) == "nameserver 10.96.0.10")
        #expect(try FileSystem.read("/etc/resolv.conf") == before)

        // Another process inside, as an exec probe is.
        specification.command = [
            "sh", "-c", "cat /etc/resolv.conf; cat /proc/1/comm; cat /proc/net/dev",
        ]
        let probe = try await SupervisedProcess.start(
            ProcessSpecification(command: specification.command, environment: Self.environment),
            joining: process)
        let seen = try await output(probe.standardOutput)
        #expect(seen.hasPrefix("nameserver 10.96.0.10\npointsman-pod\n"))
        #expect(!seen.contains("eth0"))
        #expect(await probe.exit() == .exited(0))
        process.kill()
        #expect(await process.exit() == .signaled(9))
    }
}
