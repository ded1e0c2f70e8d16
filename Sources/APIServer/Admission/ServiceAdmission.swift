import KubeAPI
import LoadBalancing
import Logging
import Storage
import Synchronization

/// Every write of a Service: what it takes from the pools and gives back is exact, whatever becomes of the write.
///
/// The pools are held for a moment only, not while the store writes, so that many Services share one commit. What a
/// write takes is its own from then on; what it gives up is free for others once the store has acknowledged.
final class ServiceAdmission: Sendable {
    private let log: any RevisionLog
    private let logger: Logger
    private let pools: Mutex<ServiceAllocator>
    /// Of those who wait for the pools to know what the stored Services hold.
    private let reading = FairLock()
    private let hasRead = Atomic(false)

    init(log: any RevisionLog, configuration: APIServer.Configuration, logger: Logger) {
        self.log = log
        self.logger = logger
        pools = Mutex(
            ServiceAllocator(
                serviceCIDRs: configuration.serviceCIDRs, nodePorts: configuration.nodePortRange,
                gates: configuration.gates))
    }

    /// Admits a defaulted Service and stores it.
    /// - Parameters:
    ///   - old: what it replaces; nil for a create. The store must refuse if that is no longer so.
    ///   - store: validates and stores the admitted Service. Unless it succeeds nothing has been taken.
    /// - Returns: the answer of the log.
    func write<Answer: Sendable>(
        _ service: Service, replacing old: Service?, dryRun: Bool,
        _ store: (Service) async throws(Status) -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await readStored()
        let (admitted, allocations) = try admit(service, replacing: old, dryRun: dryRun)
        do throws(Status) {
            let answer = try await store(admitted)
            pools.withLock { pools in
                switch answer {
                case .success:
                    pools.commit(allocations)
                    if admitted.isGone, !dryRun { pools.release(of: admitted) }
                case .failure: pools.rollback(allocations)
                }
            }
            return answer
        } catch {
            pools.withLock { $0.rollback(allocations) }
            throw error
        }
    }

    private func admit(
        _ service: Service, replacing old: Service?, dryRun: Bool
    ) throws(Status) -> (Service, ServiceAllocations) {
        try pools.withLock { pools throws(Status) in
            var random = SystemRandomNumberGenerator()
            return try pools.admit(service, replacing: old, dryRun: dryRun, using: &random)
        }
    }

    /// Stores a Service whose addresses and ports stay as they are. If that ends it (its last finalizer has gone)
    /// or deletes it, what it held is free once the store has acknowledged.
    func settle<Answer: Sendable>(
        _ service: Service, isGone: Bool, _ store: () async -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await readStored()
        let answer = await store()
        if isGone, case .success = answer { pools.withLock { $0.release(of: service) } }
        return answer
    }

    /// Rebuilds the pools from the stored Services, once, and logs what two of them hold. No Service is written
    /// before that.
    func readStored() async throws(Status) {
        if hasRead.load(ordering: .acquiring) { return }
        try await reading.withLock { () throws(Status) in
            if !hasRead.load(ordering: .acquiring) { try await read() }
        }
    }

    private func read() async throws(Status) {
        do throws(LogError) {
            let stored = try await log.list(Resource.services.keyPrefix())
            let services = stored.entries.compactMap { entry in
                (try? JSON(parsing: entry.value.bytes)).map(Service.init(json:))
            }
            for conflict in pools.withLock({ $0.adopt(services) }) {
                logger.warning("\(conflict)")
            }
        } catch {
            throw error.status
        }
        hasRead.store(true, ordering: .releasing)
    }
}

extension Service {
    /// Terminating, and nothing holds it any more.
    var isGone: Bool { metadata.deletionTimestamp != nil && metadata.finalizers.isEmpty }
}
