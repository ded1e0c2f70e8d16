import Addresses
import KubeAPI
package import Linux
import Synchronization
package import Watching

/// The engine of `pointsman run`: keeps a number of local processes running as Pods.
///
/// Each replica is a Pod that this process supervises. A Pod that somebody deletes is replaced by a new one, as a
/// ReplicaSet does it; a process that ends is started again in the same Pod. While the API cannot be reached the
/// processes go on, and the Pods' status is mended when it is back.
package final class PodRunner: Sendable {
    private let configuration: PodRunnerConfiguration
    private let api: any ObjectClient & ObjectSource
    private let output: PodOutput
    private let time: TimeSource
    private let pods = ObjectCache<Pod>()
    private let instances = Mutex<[ObjectName: PodInstance]>([:])
    /// No new Pods are to be made.
    private let isStopping = Mutex(false)
    private let events: AsyncStream<Event>
    private let news: AsyncStream<Event>.Continuation

    private enum Event: Sendable {
        case signal(Signal)
        /// A Pod of this replica is needed.
        case wanted(Int)
        case ended(ObjectName)
        /// No Pod could be created, and never will.
        case failed(PodRunnerError)
    }

    package init(
        _ configuration: PodRunnerConfiguration, _ api: any ObjectClient & ObjectSource,
        output: PodOutput = .standard,
        time: TimeSource = .machine(sinceEpoch: { WallClock.sinceEpoch })
    ) {
        self.configuration = configuration
        self.api = api
        self.output = output
        self.time = time
        (events, news) = AsyncStream.makeStream()
    }

    /// Runs until SIGTERM, SIGINT or SIGHUP has ended all Pods in good order; a second one ends them at once.
    /// - Returns: the exit status for the process: 0, or 128 and the signal's number if it came twice.
    package func run() async throws -> Int32 {
        try await run(signals: try Signal.stream(of: [.terminate, .interrupt, .hangUp]))
    }

    /// As `run()`, with signals from elsewhere.
    package func run(signals: AsyncStream<Signal>) async throws -> Int32 {
        let context = try await makeContext()
        watchPods()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                let options = ListOptions(namespace: configuration.namespace)
                await Reflector(
                    api, into: pods, options: options, time: time,
                    report: { [output] in output.errorLine("pointsman: \($0)") }
                ).run()
            }
            group.addTask { [news] in
                for await signal in signals { news.yield(.signal(signal)) }
            }
            for index in 0..<configuration.replicas { news.yield(.wanted(index)) }
            defer { group.cancelAll() }
            return try await conduct(context)
        }
    }

    /// Starts and ends instances as events come; returns when the last one has ended.
    private func conduct(_ context: PodContext) async throws -> Int32 {
        var failure: PodRunnerError?
        var signals: [Signal] = []
        var living = 0
        await withDiscardingTaskGroup { group in
            for await event in events {
                switch event {
                case .wanted(let index):
                    guard signals.isEmpty, failure == nil else { break }
                    living += 1
                    group.addTask { [self] in await live(context, index) }
                case .ended: living -= 1
                case .failed(let error):
                    living -= 1
                    failure = failure ?? error
                    tellAll(.stop)
                case .signal(let signal):
                    signals.append(signal)
                    tellAll(signals.count == 1 ? .stop : .kill)
                }
                if living == 0, failure != nil || !signals.isEmpty { break }
            }
            // The loop also ends when the task is cancelled: then the instances are, too.
            group.cancelAll()
        }
        if let failure { throw failure }
        return signals.count > 1 ? 128 + signals[0].rawValue : 0
    }

    private func tellAll(_ input: PodStateMachine.Input) {
        isStopping.withLock { $0 = true }
        for instance in instances.withLock({ Array($0.values) }) { instance.send(input) }
    }

    /// One Pod from its creation to its end.
    private func live(_ context: PodContext, _ index: Int) async {
        do {
            guard let instance = try await create(context, index) else {
                return _ = news.yield(.ended(ObjectName("")))
            }
            await instance.run()
            instances.withLock { _ = $0.removeValue(forKey: instance.name) }
            news.yield(.ended(instance.name))
        } catch {
            news.yield(.failed(PodRunnerError("\(error)")))
        }
    }

    /// Creates the Pod, again while the API cannot be reached; nil when there shall be none after all.
    private func create(
        _ context: PodContext, _ index: Int
    ) async throws(PodRunnerError) -> PodInstance? {
        var generator = SystemRandomNumberGenerator()
        var attempt = 0
        while !Task.isCancelled, !isStopping.withLock({ $0 }) {
            let name = PodName.random(configuration.name, using: &generator)
            let instance = PodInstance(context, name: name, index: index) { [news] in
                news.yield(.wanted(index))
            }
            // Known before it exists, so that no event of it is missed.
            instances.withLock { $0[instance.name] = instance }
            do throws(Status) {
                _ = try await api.create(.pods, context.object.json(named: name))
                return instance
            } catch {
                instances.withLock { _ = $0.removeValue(forKey: instance.name) }
                attempt += 1
                switch error.reason {
                case .alreadyExists: continue
                case .serviceUnavailable, .timeout, .tooManyRequests, .internalError, .unknown:
                    break
                case .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed,
                    .notAcceptable, .conflict, .gone, .expired, .requestEntityTooLarge,
                    .unsupportedMediaType, .invalid:
                    throw PodRunnerError("cannot create a Pod: \(error)")
                }
                if attempt == 1 { output.errorLine("cannot create a Pod: \(error)") }
            }
            let delay = Backoff.reflector.delay(attempt: min(attempt, 5))
            guard (try? await time.sleep(delay)) != nil else { return nil }
        }
        return nil
    }

    private func watchPods() {
        pods.observe { [self] event in
            switch event {
            case .synced: break
            case .upserted(let new, _):
                instances.withLock { $0[new.name] }?.send(.pod(new.view))
            case .deleted(let last):
                instances.withLock { $0[last.name] }?.send(.podGone)
            }
        }
    }
}

// MARK: What has to be known before the first Pod

extension PodRunner {
    private func makeContext() async throws -> PodContext {
        try checkCommand()
        let runner = try ProcessIdentity.current()
        let node = try await nodeName()
        var nameservers: [IPAddress] = []
        if configuration.usesNamespaces {
            nameservers = try await dnsAddresses()
            // Loopback addresses are those of a host without privilege: nothing is routed there.
            let families = Set(nameservers.filter { !$0.isLoopback }.map(\.family))
            for change in try HostForwarding.enable(families) {
                output.errorLine("pointsman: \(change)")
            }
        }
        return PodContext(
            configuration: configuration, api: api, time: time, output: output,
            object: PodObject(
                configuration: configuration, node: node, runner: runner.description),
            runner: runner, nameservers: nameservers)
    }

    private func checkCommand() throws(PodRunnerError) {
        guard configuration.replicas >= 1 else {
            throw PodRunnerError("replicas: must be at least 1")
        }
        // A program that only the Pod's own variables name is known later.
        guard let program = configuration.command.first, !program.contains("$(") else { return }
        let specification = ProcessSpecification(
            command: configuration.command, environment: configuration.environment)
        guard let file = specification.executable, FileSystem.exists(file) else {
            throw PodRunnerError("\(program): no such program")
        }
    }

    private func nodeName() async throws -> String {
        if let name = configuration.nodeName { return name }
        let list = try await api.list(.nodes, ListOptions())
        let names = list.items.compactMap { item in
            (try? item.json()).map { ObjectMeta(json: $0["metadata"] ?? .null).name }
        }
        guard names.count == 1 else {
            throw PodRunnerError(
                names.isEmpty
                    ? "the API knows no Node: is `pointsman up` running?"
                    : "the API knows several Nodes (\(names.joined(separator: ", "))): name this one"
            )
        }
        return names[0]
    }

    private func dnsAddresses() async throws -> [IPAddress] {
        if let addresses = configuration.nameservers { return addresses }
        let name = ObjectName(namespace: "kube-system", name: "kube-dns")
        let service = Service(json: try await api.get(.services, name).json())
        return service.spec.clusterIPs.compactMap { IPAddress($0) }
    }
}
