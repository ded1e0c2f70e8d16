import Addresses
import KubeAPI
import LoadBalancing
import Logging
import Storage
import Synchronization

/// Every write of a Service, and of what its addresses depend on: what it takes from the pools and gives back is exact,
/// whatever becomes of the write.
///
/// The pools are held for a moment only, not while the store writes, so that many Services share one commit. What a
/// write takes is its own from then on; what it gives up is free for others once the store has acknowledged. So the
/// pools never think free what has an object in the store.
final class ServiceAdmission: Sendable {
    /// How often a write is tried again because somebody changed an IPAddress under it.
    private static let attempts = 16

    fileprivate struct State {
        var pools: ServiceAllocator
        var networks = ServiceNetworks()
    }

    private let log: any RevisionLog
    private let logger: Logger
    private let addresses: AddressObjects
    private let stored: StoredAllocations
    private let state: Mutex<State>
    /// Of those who wait for the pools to know what is stored.
    private let reading = FairLock()
    private let hasRead = Atomic(false)

    init(log: any RevisionLog, configuration: APIServer.Configuration, logger: Logger) {
        self.log = log
        self.logger = logger
        addresses = AddressObjects(log: log, now: configuration.now)
        stored = StoredAllocations(log: log, addresses: addresses, configuration: configuration)
        let pools = ServiceAllocator(
            serviceCIDRs: configuration.serviceCIDRs, nodePorts: configuration.nodePortRange,
            gates: configuration.gates)
        state = Mutex(State(pools: pools))
    }

    // MARK: Services

    /// Admits a defaulted Service and stores it.
    /// - Parameters:
    ///   - old: what it replaces; nil for a create. The store must refuse if that is no longer so.
    ///   - store: validates and stores the admitted Service, in one step with the writes of its addresses. Unless it
    ///     succeeds nothing has been taken.
    /// - Returns: the answer of the log.
    func write<Answer: Sendable>(
        _ service: Service, replacing old: Service?, dryRun: Bool,
        _ store: (Service, AddressWrites) async throws(Status) -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await readStored()
        return try await unlessAddressesChange { () throws(Status) in
            let (admitted, allocations) = try await admit(service, replacing: old, dryRun: dryRun)
            do throws(Status) {
                let ends = admitted.isGone && !dryRun
                let writes = try await writes(of: admitted, allocations, ends: ends)
                let answer = try await holding(writes.held) { () throws(Status) in
                    try await store(admitted, writes)
                }
                state.withLock { state in
                    guard case .success = answer else { return state.pools.rollback(allocations) }
                    state.pools.commit(allocations)
                    if ends { state.pools.release(of: admitted) }
                }
                return answer
            } catch {
                state.withLock { $0.pools.rollback(allocations) }
                throw error
            }
        }
    }

    private func admit(
        _ service: Service, replacing old: Service?, dryRun: Bool
    ) async throws(Status) -> (Service, ServiceAllocations) {
        let networks = try await listNetworks()
        return try state.withLock { state throws(Status) in
            state.follow(networks)
            var random = SystemRandomNumberGenerator()
            return try state.pools.admit(service, replacing: old, dryRun: dryRun, using: &random)
        }
    }

    private func writes(
        of service: Service, _ allocations: ServiceAllocations, ends: Bool
    ) async throws(Status) -> AddressWrites {
        let held = ends ? ServiceAllocator.addresses(of: service) : []
        let taken = allocations.takenAddresses.filter { !held.contains($0) }
        return try await writes(
            taking: taken, dropping: allocations.droppedAddresses.union(held).sorted(),
            service.objectName)
    }

    /// Stores a Service whose addresses and ports stay as they are. If that ends it (its last finalizer has gone)
    /// or deletes it, what it held is free once the store has acknowledged.
    func settle<Answer: Sendable>(
        _ service: Service, isGone: Bool,
        _ store: (AddressWrites) async -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await readStored()
        let held = isGone ? ServiceAllocator.addresses(of: service).sorted() : []
        return try await unlessAddressesChange { () throws(Status) in
            let writes = try await writes(taking: [], dropping: held, service.objectName)
            let answer = try await holding(writes.held) { () throws(Status) in
                await store(writes)
            }
            if isGone, case .success = answer {
                state.withLock { $0.pools.release(of: service) }
            }
            return answer
        }
    }

    private func writes(
        taking taken: [IPAddress], dropping dropped: [IPAddress], _ service: ObjectName
    ) async throws(Status) -> AddressWrites {
        do throws(LogError) {
            return try await addresses.writes(taking: taken, dropping: dropped, service)
        } catch {
            throw error.status
        }
    }

    /// Reserves the addresses whose objects stay behind when a Service gives them back.
    private func holding<Answer: Sendable>(
        _ addresses: [IPAddress], _ store: () async throws(Status) -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        state.withLock { state in
            for address in addresses { state.pools.reserve(address) }
        }
        func giveUp() {
            state.withLock { state in
                for address in addresses { state.pools.endReservation(of: address) }
            }
        }
        do throws(Status) {
            let answer = try await store()
            if case .failure = answer { giveUp() }
            return answer
        } catch {
            giveUp()
            throw error
        }
    }

    /// Tries again where it was not the Service but an IPAddress that somebody else has written meanwhile.
    private func unlessAddressesChange<Answer: Sendable>(
        _ attempt: () async throws(Status) -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        let prefix = Resource.ipAddresses.keyPrefix()
        for _ in 1..<Self.attempts {
            let answer = try await attempt()
            guard case .failure(.conflict(let key, _)) = answer, key.hasPrefix(prefix) else {
                return answer
            }
        }
        return try await attempt()
    }

    // MARK: IPAddresses

    /// Stores an IPAddress that a client makes: from then on no Service gets the address.
    func reserve<Answer: Sendable>(
        _ name: String, dryRun: Bool, _ store: () async -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        try await readStored()
        guard !dryRun, let address = IPAddress(name) else { return await store() }
        state.withLock { $0.pools.reserve(address) }
        let answer = await store()
        if case .failure = answer { state.withLock { $0.pools.endReservation(of: address) } }
        return answer
    }

    /// Removes an IPAddress.
    /// - Returns: the answer of the log, and the Service that has the address still: it needs a new object.
    func endReservation<Answer: Sendable>(
        of name: String, _ store: () async -> Result<Answer, LogError>
    ) async throws(Status) -> (Result<Answer, LogError>, ObjectName?) {
        try await readStored()
        let answer = await store()
        guard case .success = answer, let address = IPAddress(name) else { return (answer, nil) }
        return state.withLock { state in
            state.pools.endReservation(of: address)
            return (answer, state.pools.service(holding: address))
        }
    }

    /// The Service that has an address; nil if none has.
    func service(holding address: IPAddress) async throws(Status) -> ObjectName? {
        try await readStored()
        return state.withLock { $0.pools.service(holding: address) }
    }

    /// Makes the object of an address that lacks one, if the Service has it. Call it in the Service's turn. What
    /// cannot be made now is made at the next start.
    func completeObject(_ name: String, of service: ObjectName) async {
        do throws(LogError) {
            guard let address = IPAddress(name),
                state.withLock({ $0.pools.service(holding: address) }) == service,
                try await log.get(Resource.services.key(service)) != nil
            else { return }
            _ = try await log.append(addresses.creation(address, of: service))
        } catch .conflict {
            // Somebody else has made one.
        } catch {
            logger.warning("Service \(service): no IPAddress \(name): \(error)")
        }
    }

    // MARK: ServiceCIDRs

    /// Takes away what keeps a ServiceCIDR that is terminating, unless a Service would be left with an address of no
    /// network.
    /// - Parameter store: makes the write.
    /// - Returns: nil if one would.
    func end<Answer: Sendable>(
        _ serviceCIDR: ServiceCIDR, _ store: () async -> Answer
    ) async throws(Status) -> Answer? {
        try await readStored()
        let networks = try await listNetworks()
        let isNeeded = state.withLock { state in
            // From here on nobody can be given one of its addresses.
            state.follow(networks)
            let others = state.networks.serviceCIDRs.filter {
                $0.metadata.name != serviceCIDR.metadata.name
            }
            return state.pools.isNeeded(
                serviceCIDR.prefixes, beside: others.flatMap(\.prefixes))
        }
        return isNeeded ? nil : await store()
    }

    /// Makes the ServiceCIDR of the server's own networks anew if somebody has deleted it.
    func ensureDefaultNetwork() async throws(Status) {
        try await readStored()
        do throws(LogError) { try await stored.ensureDefaultNetwork() } catch {
            throw error.status
        }
    }

    private func listNetworks() async throws(Status) -> Page {
        do throws(LogError) {
            return try await log.list(Resource.serviceCIDRs.keyPrefix())
        } catch {
            throw error.status
        }
    }

    // MARK: The start

    /// Rebuilds the pools from what is stored, once, and logs what is wrong there. Nothing is written before that.
    func readStored() async throws(Status) {
        if hasRead.load(ordering: .acquiring) { return }
        try await reading.withLock { () throws(Status) in
            guard !hasRead.load(ordering: .acquiring) else { return }
            do throws(LogError) { try await stored.ensureDefaultNetwork() } catch {
                throw error.status
            }
            let networks = try await listNetworks()
            var pools = state.withLock { state in
                state.follow(networks)
                return state.pools
            }
            do throws(LogError) {
                for problem in try await stored.read(into: &pools) { logger.warning("\(problem)") }
            } catch {
                throw error.status
            }
            state.withLock { [pools] in $0.pools = pools }
            hasRead.store(true, ordering: .releasing)
        }
    }
}

extension ServiceAdmission.State {
    /// Takes the ServiceCIDRs of a list, unless a newer one is known.
    fileprivate mutating func follow(_ page: Page) {
        if networks.follow(page) { pools.set(networks.all) }
    }
}

extension Service {
    /// Terminating, and nothing holds it any more.
    var isGone: Bool { metadata.deletionTimestamp != nil && metadata.finalizers.isEmpty }
}
