package import Addresses
package import KubeAPI
import LoadBalancing

/// Which Pod has which address of the Pod CIDRs. An address that comes free rests for a while, so that packets for
/// its last holder do not reach the next; where nothing else is free, rest ends early.
package struct PodAddresses: Sendable {
    /// How long an address rests.
    package static let rest = Duration.seconds(30)

    private struct Holder {
        var uid: String
        var addresses: [IPAddress]
    }

    private var pools: [AddressPool]
    private var holders: [ObjectName: Holder] = [:]
    private var taken: Set<IPAddress> = []
    /// Oldest first.
    private var resting: [(address: IPAddress, since: Duration)] = []

    /// Pods get one address of each CIDR, in this order; `reserved` ones are never given out.
    package init(cidrs: [IPPrefix], reserved: [IPAddress] = []) {
        pools = cidrs.map { AddressPool($0, for: .plain) }
        for address in reserved { _ = take(address) }
    }

    /// Notes the addresses that the Pod has; those of no CIDR, or that another Pod has, are left out.
    package mutating func adopt(_ pod: Pod, addresses: [IPAddress]) {
        let known = holders[pod.objectName].map { $0.uid == pod.metadata.uid } ?? false
        guard !known else { return }
        let own = addresses.filter { take($0) }
        guard !own.isEmpty else { return }
        holders[pod.objectName] = Holder(uid: pod.metadata.uid, addresses: own)
    }

    /// The addresses of the Pod, new ones if it has none; nil if a CIDR is full.
    package mutating func assign(_ pod: Pod, now: Duration) -> [IPAddress]? {
        releaseOthers(of: pod.objectName, than: pod.metadata.uid, now: now)
        if let holder = holders[pod.objectName] { return holder.addresses }
        endRest(before: now - Self.rest)
        var addresses: [IPAddress] = []
        for index in pools.indices {
            guard let address = next(index) else {
                for address in addresses { free(address) }
                return nil
            }
            addresses.append(address)
        }
        holders[pod.objectName] = Holder(uid: pod.metadata.uid, addresses: addresses)
        return addresses
    }

    /// The Pod is gone: its addresses begin to rest.
    package mutating func release(_ pod: ObjectName, now: Duration) {
        guard let holder = holders.removeValue(forKey: pod) else { return }
        resting += holder.addresses.map { ($0, now) }
    }

    /// A Pod of the same name is not the same Pod.
    package mutating func releaseOthers(of pod: ObjectName, than uid: String, now: Duration) {
        if let holder = holders[pod], holder.uid != uid { release(pod, now: now) }
    }

    private mutating func next(_ index: Int) -> IPAddress? {
        var lowest = LowestFirst()
        while true {
            if let address = try? pools[index].allocateNext(using: &lowest) {
                taken.insert(address)
                return address
            }
            let oldest = resting.firstIndex { pools[index].prefix.contains($0.address) }
            guard let oldest else { return nil }
            free(resting.remove(at: oldest).address)
        }
    }

    private mutating func endRest(before limit: Duration) {
        while let first = resting.first, first.since <= limit {
            free(resting.removeFirst().address)
        }
    }

    private mutating func take(_ address: IPAddress) -> Bool {
        for index in pools.indices where pools[index].prefix.contains(address) {
            if let resting = resting.firstIndex(where: { $0.address == address }) {
                self.resting.remove(at: resting)
                return true
            }
            guard (try? pools[index].allocate(address)) != nil else { return false }
            taken.insert(address)
            return true
        }
        return false
    }

    private mutating func free(_ address: IPAddress) {
        guard taken.remove(address) != nil else { return }
        for index in pools.indices { pools[index].release(address) }
    }
}
