package import Addresses
import KubeAPI

/// A network of a ServiceCIDR, and whether new addresses may be taken from it.
package struct ServiceNetwork: Hashable, Sendable {
    package var prefix: IPPrefix
    /// False: who has an address there keeps it, nobody gets a new one.
    package var isOpen: Bool

    package init(_ prefix: IPPrefix, isOpen: Bool = true) {
        self.prefix = prefix
        self.isOpen = isOpen
    }
}

/// The networks that ClusterIPs are taken from, and who holds which address (rule S-050). Networks may overlap: an
/// address that is held is taken in all of them.
struct ClusterIPRanges: Sendable {
    private struct Range: Sendable {
        var pool: AddressPool
        var isOpen: Bool

        func isOpen(to address: IPAddress) -> Bool { isOpen && pool.prefix.contains(address) }
    }

    /// In the order in which they are tried.
    private var ranges: [Range] = []
    private var claims = Claims<IPAddress>()

    init(_ networks: [ServiceNetwork]) { set(networks) }

    var prefixes: [IPPrefix] { ranges.map(\.pool.prefix) }

    /// Who holds an address; nil if it is free.
    subscript(address: IPAddress) -> ObjectName? { claims[address] }

    /// Takes the networks of from now on; what is held stays held. A network that is named twice is open if one
    /// of the two is.
    mutating func set(_ networks: [ServiceNetwork]) {
        var new: [Range] = []
        for network in networks {
            if let index = new.firstIndex(where: { $0.pool.prefix == network.prefix }) {
                new[index].isOpen = new[index].isOpen || network.isOpen
            } else {
                let known = ranges.first { $0.pool.prefix == network.prefix }?.pool
                new.append(
                    Range(pool: known ?? pool(of: network.prefix), isOpen: network.isOpen))
            }
        }
        ranges = new
    }

    /// The pool of a network that was not there, without what is held already.
    private func pool(of prefix: IPPrefix) -> AddressPool {
        var pool = AddressPool(prefix, for: .clusterIPs)
        for address in claims.keys where prefix.contains(address) { try? pool.allocate(address) }
        return pool
    }

    // MARK: Taking and giving back

    /// Takes this very address from a network that is open.
    mutating func take(_ address: IPAddress, by name: ObjectName) throws(AllocationError) {
        let open = ranges.filter { $0.isOpen(to: address) }
        guard let first = open.first else { throw .addressOutsideRanges }
        guard open.contains(where: { $0.pool.isUsable(address) }) else {
            throw .addressNotUsable(address, range: first.pool.prefix)
        }
        guard claims[address] == nil else { throw .addressTaken }
        claim(address, by: name)
    }

    /// Takes a free address of an open network; networks are tried in order.
    mutating func takeNext(
        _ family: IPFamily, by name: ObjectName, using rng: inout some RandomNumberGenerator
    ) throws(AllocationError) -> IPAddress {
        for index in ranges.indices
        where ranges[index].isOpen && ranges[index].pool.prefix.family == family {
            guard let address = try? ranges[index].pool.allocateNext(using: &rng) else { continue }
            claim(address, by: name)
            return address
        }
        throw .rangeIsFull
    }

    /// Gives an address back; it is free when nobody else claims it.
    mutating func release(_ address: IPAddress, by name: ObjectName) {
        guard claims.remove(address, by: name) else { return }
        for index in ranges.indices { ranges[index].pool.release(address) }
    }

    /// Claims an address for somebody who has it already, whatever the networks are now.
    /// - Returns: why it should not be his; nil if all is well.
    mutating func adopt(
        _ address: IPAddress, by name: ObjectName
    ) -> AllocationConflict.Reason? {
        let owner = claims[address]
        claim(address, by: name)
        if let owner { return .heldBy(owner) }
        let around = ranges.map(\.pool).filter { $0.prefix.contains(address) }
        guard let first = around.first else { return .refused(.addressOutsideRanges) }
        return around.contains { $0.isUsable(address) }
            ? nil : .refused(.addressNotUsable(address, range: first.prefix))
    }

    private mutating func claim(_ address: IPAddress, by name: ObjectName) {
        _ = claims.add(address, by: name)
        for index in ranges.indices where ranges[index].pool.prefix.contains(address) {
            try? ranges[index].pool.allocate(address)
        }
    }

    // MARK: Asking

    /// Whether a Service holds an address of `prefixes` that lies in none of `others`.
    func isNeeded(_ prefixes: [IPPrefix], beside others: [IPPrefix]) -> Bool {
        claims.keys.contains { address in
            prefixes.contains { $0.contains(address) }
                && !others.contains { $0.contains(address) } && holder(of: address) != nil
        }
    }

    /// The Service that holds an address; nil if none does.
    func holder(of address: IPAddress) -> ObjectName? {
        claims.claimants(of: address).first { !$0.namespace.isEmpty }
    }
}
