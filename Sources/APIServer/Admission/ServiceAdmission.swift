import KubeAPI
import LoadBalancing
import Logging
import Storage

/// Every write of a Service, one after another: what it takes from the pools and gives back is exact, whatever
/// becomes of the write.
final class ServiceAdmission: Sendable {
    private let log: any RevisionLog
    private let logger: Logger
    private let lock = FairLock()
    /// Used under the lock only, as is `hasRead`.
    nonisolated(unsafe) private var pools: ServiceAllocator
    /// The pools know what the stored Services hold.
    nonisolated(unsafe) private var hasRead = false

    init(log: any RevisionLog, configuration: APIServer.Configuration, logger: Logger) {
        self.log = log
        self.logger = logger
        pools = ServiceAllocator(
            serviceCIDRs: configuration.serviceCIDRs, nodePorts: configuration.nodePortRange,
            gates: configuration.gates)
    }

    /// Admits a defaulted Service and stores it.
    /// - Parameters:
    ///   - old: what it replaces; nil for a create.
    ///   - store: validates and stores the admitted Service. Unless it succeeds nothing has been taken.
    /// - Returns: the answer of the log.
    func write<Answer: Sendable>(
        _ service: Service, replacing old: Service?, dryRun: Bool,
        _ store: (Service) async throws(Status) -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await lock.withLock { () throws(Status) in
            try await read()
            var random = SystemRandomNumberGenerator()
            let (admitted, allocations) = try pools.admit(
                service, replacing: old, dryRun: dryRun, using: &random)
            do throws(Status) {
                let answer = try await store(admitted)
                switch answer {
                case .success:
                    pools.commit(allocations)
                    if admitted.isGone, !dryRun { pools.release(of: admitted) }
                case .failure: pools.rollback(allocations)
                }
                return answer
            } catch {
                pools.rollback(allocations)
                throw error
            }
        }
    }

    /// Stores a Service whose addresses and ports stay as they are. If that ends it (its last finalizer has gone)
    /// or deletes it, what it held is free once the store has acknowledged.
    func settle<Answer: Sendable>(
        _ service: Service, isGone: Bool, _ store: () async -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await lock.withLock { () throws(Status) in
            try await read()
            let answer = await store()
            if isGone, case .success = answer { pools.release(of: service) }
            return answer
        }
    }

    /// Rebuilds the pools from the stored Services now, not at the first write, and logs what two of them hold.
    func readStored() async throws(Status) {
        try await lock.withLock { () throws(Status) in try await read() }
    }

    private func read() async throws(Status) {
        if hasRead { return }
        do throws(LogError) {
            let stored = try await log.list(Resource.services.keyPrefix())
            let conflicts = pools.adopt(
                stored.entries.compactMap { entry in
                    (try? JSON(parsing: entry.value.bytes)).map(Service.init(json:))
                })
            for conflict in conflicts { logger.warning("\(conflict)") }
        } catch {
            throw error.status
        }
        hasRead = true
    }
}

extension Service {
    /// Terminating, and nothing holds it any more.
    var isGone: Bool { metadata.deletionTimestamp != nil && metadata.finalizers.isEmpty }
}
