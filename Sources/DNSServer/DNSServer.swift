package import Addresses
package import KubeAPI
package import LoadBalancing
import Linux
package import Logging
import Synchronization

/// The cluster's DNS: answers for the cluster domain from the same snapshots that the data plane gets, and asks the
/// host's resolvers for all other names. UDP and TCP, on a thread of its own.
package final class DNSServer: Sendable {
    /// Where it listens, in the order of the configuration, with the ports that the kernel chose for 0.
    package let boundAddresses: [IPSocketAddress]

    private let configuration: DNSServerConfiguration
    private let logger: Logger
    private let zone: SharedZone
    private let wake: EventDescriptor
    private let isStopping = Atomic<Bool>(false)
    /// Taken by `run()`, which closes them at its end.
    private let listeners: Mutex<[Listener]?>

    /// Binds all listeners. From here queries wait in the kernel until `run()`.
    package init(configuration: DNSServerConfiguration, logger: Logger) throws(DNSServerError) {
        var bound: [Listener] = []
        for address in configuration.listenAddresses { bound.append(try Listener(on: address)) }
        do { wake = try EventDescriptor() } catch { throw .noResources(error) }
        boundAddresses = bound.map(\.address)
        listeners = Mutex(bound)
        var options = configuration.zone
        let own = bound.map(\.address.address).filter { !$0.isUnspecified }
        options.serverAddresses.formUnion(own)
        zone = SharedZone(options)
        self.configuration = configuration
        self.logger = logger
    }

    /// Takes over what changed; cheap, and from any thread.
    package func update(_ snapshot: ClusterSnapshot, changed: Set<ObjectName>) {
        zone.update(snapshot, changed: changed)
    }

    /// Takes over what a Pod is now; needed where the names of Pods are verified.
    package func upsert(_ pod: Pod) { zone.change { $0.pods.upsert(pod) } }

    package func remove(pod name: ObjectName) { zone.change { $0.pods.remove(name) } }

    /// From now on a name that is not known does not exist. Until then names of the cluster are SERVFAIL.
    package func setSynced() { zone.setSynced() }

    /// Answers queries until the task is cancelled; then the listeners are closed. Runs once.
    package func run() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                start(continuation)
            }
        } onCancel: {
            isStopping.store(true, ordering: .releasing)
            wake.signal()
        }
    }

    private func start(_ continuation: CheckedContinuation<Void, any Error>) {
        do {
            _ = try Thread(named: "dns") { [self] in
                continuation.resume(with: Result { try serve() })
            }
        } catch {
            continuation.resume(throwing: DNSServerError.noResources(error))
        }
    }

    /// Nobody else holds the listeners: they are closed when this returns, before `run` does.
    private func serve() throws(DNSServerError) {
        guard let listeners = listeners.withLock({ $0.take() }) else { throw .ranAlready }
        do throws(SystemError) {
            let loop = try ServerLoop(configuration, listeners, zone, logger)
            try loop.run(wake: wake, until: { isStopping.load(ordering: .acquiring) })
        } catch {
            throw .noResources(error)
        }
    }
}
