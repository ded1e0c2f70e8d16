import Addresses
import KubeAPI
import LoadBalancing
import Synchronization

/// The zone, written by updates and read by the server's thread; each holds the lock for microseconds.
final class SharedZone: Sendable {
    private struct State {
        var zone: DNSZone
        var isSynced = false
        var rotation = 0
    }

    private let state: Mutex<State>

    init(_ options: DNSZoneOptions) { state = Mutex(State(zone: DNSZone(options: options))) }

    func update(_ snapshot: ClusterSnapshot, changed: Set<ObjectName>) {
        state.withLock { $0.zone.update(from: snapshot, changed: changed) }
    }

    func change(_ body: (inout DNSZone) -> Void) { state.withLock { body(&$0.zone) } }

    func setSynced() { state.withLock { $0.isSynced = true } }

    /// ClusterIPs and the like that lead to this server.
    var ownServiceAddresses: Set<IPAddress> {
        state.withLock { $0.zone.serviceAddressesOfServer }
    }

    func answer(_ query: [UInt8], by answerer: Answerer) -> Answerer.Outcome {
        state.withLock {
            $0.rotation &+= 1
            return answerer.answer(
                query, zone: $0.zone, isSynced: $0.isSynced, rotation: $0.rotation)
        }
    }
}
