import Addresses
import KubeAPI
import Linux
import Probing
import Synchronization
import Watching

/// One Pod and its process: feeds the state machine and does what it says.
final class PodInstance: Sendable {
    let name: ObjectName
    private let context: PodContext
    private let prefix: LinePrefix
    private let sandbox: PodSandbox?
    private let inputs: AsyncStream<PodStateMachine.Input>
    private let inbox: AsyncStream<PodStateMachine.Input>.Continuation
    private let process = Mutex<PodProcess?>(nil)
    private let hasSandbox = Mutex(false)
    private let replace: @Sendable () -> Void

    /// `index` chooses the colour; `replace` is called once when somebody else deleted the Pod.
    init(
        _ context: PodContext, name: String, index: Int, replace: @escaping @Sendable () -> Void
    ) {
        let configuration = context.configuration
        self.context = context
        self.name = ObjectName(namespace: configuration.namespace, name: name)
        self.replace = replace
        prefix = LinePrefix(name, colours: configuration.colours, index: index)
        sandbox =
            configuration.usesNamespaces
            ? PodSandbox(
                namespace: configuration.namespace, pod: name, configuration.directories) : nil
        (inputs, inbox) = AsyncStream.makeStream()
    }

    func send(_ input: PodStateMachine.Input) { inbox.yield(input) }

    /// Lives the life of the Pod, which the API has already, from its address to its deletion.
    func run() async {
        let writer = PodStatusWriter(
            context.api, name, context.object, time: context.time
        ) { [context, prefix] in context.say(prefix, $0) }
        await withDiscardingTaskGroup { group in
            group.addTask { await writer.run() }
            group.addTask { [self] in
                guard (try? await context.time.sleep(Self.patience)) != nil else { return }
                send(.timer(.address))
            }
            var machine = PodStateMachine(
                gracePeriod: .seconds(context.configuration.gracePeriodSeconds),
                hasProbe: context.configuration.readinessProbe != nil)
            for await input in inputs {
                say(input, machine.state)
                let actions = machine.take(
                    input, clock: context.time.now(), date: context.time.timestamp)
                for action in actions { perform(action, machine.report, writer, &group) }
                if machine.state == .finished { break }
            }
            // Also when the task was cancelled in the middle.
            process.withLock { $0 }?.process.kill()
            writer.finish()
            group.cancelAll()
        }
        // Not to be cancelled: whatever ends the runner, it leaves nothing behind.
        await Task { [self] in await takeAway() }.value
    }

    private func perform(
        _ action: PodStateMachine.Action, _ report: PodStatusReport, _ writer: PodStatusWriter,
        _ group: inout DiscardingTaskGroup
    ) {
        switch action {
        case .start(let addresses):
            group.addTask { [self] in await runProcess(addresses) }
        case .writeStatus: writer.write(report)
        case .delete:
            let seconds = context.configuration.gracePeriodSeconds
            group.addTask { [self] in await delete(gracePeriodSeconds: seconds) }
        case .terminateProcess: process.withLock { $0 }?.process.send(.terminate)
        case .killProcess: process.withLock { $0 }?.process.kill()
        case .setTimer(let timer, let delay):
            group.addTask { [self] in
                guard (try? await context.time.sleep(delay)) != nil else { return }
                send(.timer(timer))
            }
        case .replace: replace()
        case .finish: break
        }
    }

    private static let patience = Duration.seconds(3)

    private func say(_ input: PodStateMachine.Input, _ state: PodStateMachine.State) {
        switch input {
        case .startFailed(let why): context.say(prefix, why)
        case .exited(let status): context.say(prefix, "\(status)")
        case .probe(let isReady): context.say(prefix, isReady ? "ready" : "not ready")
        case .timer(.address) where state == .waitingForAddress:
            context.say(
                prefix,
                "waits for an address; why, says `kubectl describe pod -n \(name.namespace) "
                    + "\(name.name)`")
        case .pod, .podGone, .started, .stop, .kill, .timer: break
        }
    }
}

// MARK: The process

extension PodInstance {
    private func runProcess(_ addresses: [String]) async {
        let running: PodProcess
        do {
            running = try await start(addresses)
        } catch {
            return send(.startFailed("\(error)"))
        }
        process.withLock { $0 = running }
        if Task.isCancelled { running.process.kill() }
        let number = running.process.processes.first.map { "process \($0)" } ?? "the process"
        context.say(prefix, "\(number) runs, address \(addresses.joined(separator: ", "))")
        send(.started)
        async let output: Void = running.copyOutput(to: context.output, prefix: prefix)
        let probe = Task { await self.probe(running, addresses) }
        let status = await running.process.exit()
        probe.cancel()
        await output
        process.withLock { $0 = nil }
        send(.exited(status))
    }

    private func start(_ addresses: [String]) async throws -> PodProcess {
        let configuration = context.configuration
        let sandbox = try sandbox(for: addresses)
        if let sandbox, !hasSandbox.withLock({ $0 }) {
            try await sandbox.create(
                addresses: addresses.compactMap { IPAddress($0) }, resolver: context.resolver,
                runner: context.runner, note: "Pod \(name)")
            hasSandbox.withLock { $0 = true }
        }
        let environment = await context.environment(pod: name.name, addresses: addresses)
        let specification = ProcessSpecification(
            command: configuration.command.map { VariableExpansion.expand($0, environment) },
            environment: environment, directory: configuration.directory,
            network: sandbox?.network.namespace, isolation: sandbox?.isolation ?? .none)
        return try await PodProcess.start(specification)
    }

    /// A loopback address is shared with the host, whatever this process might do; any other needs a namespace.
    private func sandbox(for addresses: [String]) throws -> PodSandbox? {
        let isLoopback = addresses.allSatisfy { IPAddress($0)?.isLoopback ?? false }
        if isLoopback { return nil }
        guard let sandbox else {
            throw PodRunnerError(
                "address \(addresses.joined(separator: ", ")) needs a network namespace, which takes "
                    + "CAP_NET_ADMIN and CAP_SYS_ADMIN: run `pointsman run` as the user of "
                    + "`pointsman up`")
        }
        return sandbox
    }

    private func probe(_ running: PodProcess, _ addresses: [String]) async {
        guard let probe = context.configuration.readinessProbe,
            let address = addresses.first.flatMap({ IPAddress($0) })
        else { return }
        var ports: [String: Port] = [:]
        for port in context.configuration.ports where !port.name.isEmpty {
            ports[port.name] = Port(exactly: port.containerPort)
        }
        let target = ProbeTarget(address: address, ports: ports) { command, timeout in
            await running.execute(command, timeout: timeout)
        }
        await ProbeLoop(probe: probe, target: target, time: context.time).run(
            changed: { self.send(.probe(isReady: $0)) },
            failed: { self.context.say(self.prefix, "readiness probe failed: \($0)") })
    }
}

// MARK: The Pod in the API

extension PodInstance {
    /// Deletes the Pod; tries again for as long as the API cannot be reached.
    private func delete(gracePeriodSeconds: Int64, attempts: Int = .max) async {
        var attempt = 0
        while !Task.isCancelled, attempt < attempts {
            do throws(Status) {
                return try await context.api.delete(
                    .pods, name, DeleteOptions(gracePeriodSeconds: gracePeriodSeconds))
            } catch {
                // Cancelled: the process ended meanwhile, and the Pod is deleted for good.
                if error.reason == .notFound || Task.isCancelled { return }
                attempt += 1
                if attempt == 1 || attempt == attempts {
                    context.say(prefix, "cannot delete the Pod: \(error)")
                }
            }
            let delay = Backoff.reflector.delay(attempt: min(attempt, 4))
            guard (try? await context.time.sleep(delay)) != nil else { return }
        }
    }

    private func takeAway() async {
        if let sandbox, hasSandbox.withLock({ $0 }) {
            do {
                try await sandbox.remove()
            } catch {
                context.say(prefix, "cannot remove the network namespace: \(error)")
            }
        }
        // If the API is away for longer, it removes the Pod itself when it finds the runner gone.
        await delete(gracePeriodSeconds: 0, attempts: 5)
    }
}
