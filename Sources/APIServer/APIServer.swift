package import Addresses
package import KubeAPI
package import Logging
package import Storage
import Synchronization

/// A Kubernetes API server for the kinds that Services need, over a revision log.
package final class APIServer: Sendable {
    private let store: ObjectStore
    private let configuration: Configuration
    private let logger: Logger
    private let bound = Signal<[IPSocketAddress]>()

    package init(log: any RevisionLog, configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        store = ObjectStore(log: log, configuration: configuration, logger: logger)
    }

    /// The API in this process; usable at once, whether or not `run` runs.
    package var client: LocalClient { LocalClient(store) }

    /// Makes this host answer for the networks of all stored ServiceCIDRs. Call it before Services are served; from
    /// then on `run` sees to it.
    package func openNetworks() async throws(Status) {
        try await ServiceCIDRs(store: store).settle()
    }

    /// Where the server listens, with the ports that were chosen. Waits until all sockets do; empty if `run` ended
    /// before that.
    package func boundAddresses() async -> [IPSocketAddress] { await bound.value() }

    /// Serves HTTPS until the task is cancelled: then open watches end cleanly and requests under way are
    /// answered. Also collects what deleted Services and namespaces leave behind.
    package func run() async throws {
        defer { bound.send([]) }
        try await store.services.readStored()
        let access = AccessControl(store)
        let router = Router(
            store: store, tokens: access.tokens,
            discovery: Discovery(serverAddress: advertisedAddress),
            documents: Documents(version: configuration.gitVersion), logger: logger)
        let listeners = try Listeners(
            addresses: configuration.listen, tls: configuration.tls, limits: configuration.clients,
            handler: RequestHandler(access: access) { await router.respond(to: $0) })
        try await withThrowingTaskGroup(of: Void.self) {
            [store, configuration, logger, bound] group in
            group.addTask { try await listeners.run { bound.send($0) } }
            group.addTask {
                try await Self.keep("namespaces", logger) {
                    try await NamespaceContent(store: store, logger: logger).run()
                }
            }
            group.addTask {
                try await Self.keep("service CIDRs", logger) {
                    try await ServiceCIDRs(store: store).run()
                }
            }
            group.addTask {
                try await Self.keep("addresses without a Service", logger) {
                    try await AddressRepair(store: store).run()
                }
            }
            group.addTask {
                try await Self.keep("owner references", logger) {
                    try await OwnerReferences(store: store, logger: logger).run()
                }
            }
            group.addTask {
                let minutes = configuration.historyMinutes
                try await Self.keep("compaction", logger) {
                    try await Compaction(log: store.log, minutes: minutes).run()
                }
            }
            group.addTask {
                try await Self.keep("the end of tokens", logger) { try await access.sessions.run() }
            }
            group.addTask {
                try await Self.keep("expiry of tokens", logger) {
                    try await Expiry.tokens.run(store)
                }
            }
            group.addTask {
                try await Self.keep("expiry of events", logger) {
                    try await Expiry.events.run(store)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// `host:port` for discovery documents.
    private var advertisedAddress: String {
        configuration.listen.first?.description ?? ""
    }

    /// Runs a loop anew after an error, such as a watch that was cut off.
    private static func keep(
        _ what: String, _ logger: Logger, _ body: () async throws -> Void
    ) async throws {
        while !Task.isCancelled {
            do { try await body() } catch {
                logger.warning("\(what): \(error)")
                // A stop in the meantime is no error.
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// A value that is sent once and awaited by many.
private final class Signal<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    /// Later values are dropped.
    func send(_ value: Value) {
        let waiting = state.withLock { state in
            if state.value != nil { return [CheckedContinuation<Value, Never>]() }
            state.value = value
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state in
                if state.value == nil { state.waiting.append(continuation) }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
