import Addresses
import Linux
import Wire

/// The elements that say which backend a client had: learned from packets, and deleted by us when the backend goes.
struct AffinityMemory {
    let family: IPFamily
    /// By the id of a list, the backends that may be remembered.
    let lists: [UInt32: Set<IPSocketAddress>]
    /// Lists that are not named are gone.
    let forgetsOthers: Bool
    /// How many elements there were at the last look.
    private(set) var seen = 0

    init(
        family: IPFamily, lists: [UInt32: Set<IPSocketAddress>], forgetsOthers: Bool = false
    ) {
        self.family = family
        self.lists = lists
        self.forgetsOthers = forgetsOthers
    }

    /// What is to be deleted; nil where there is nothing.
    mutating func stale(_ socket: inout some NFTablesKernel & ~Copyable) throws(NetlinkError)
        -> NFTables
        .Batch?
    {
        var batch = NFTables.Batch(family, table: NFTablesLayout.table)
        switch family {
        case .ipv4:
            let elements = try socket.elements(of: .affinity, family)
            seen = elements.count
            for element in elements {
                guard let id = element.key.number(at: 4), case .value(let value)? = element.data,
                    let address = value.address(family, at: 0), let port = value.port(at: 4),
                    isStale(id, IPSocketAddress(address, port))
                else { continue }
                batch.remove(element, from: SetName.affinity)
            }
        case .ipv6: try collectPairs(&batch, &socket)
        }
        return batch.isEmpty ? nil : batch
    }

    /// Looks until nothing is stale: each may find what packets have taught during the one before.
    static let mostLooks = 16

    func forget(
        _ batch: NFTables.Batch, _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        do throws(NetlinkError) {
            try socket.commit(batch)
        } catch {
            // One of them timed out meanwhile: the next look will tell.
            guard error.errno == .noSuchEntry else { throw error }
        }
    }

    /// Address and port are in two maps; half an element leads nowhere and goes too.
    private mutating func collectPairs(
        _ batch: inout NFTables.Batch, _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        var ports: [NFTables.Value: NFTables.Element] = [:]
        for element in try socket.elements(of: .affinityPorts, family) {
            ports[element.key] = element
        }
        let elements = try socket.elements(of: .affinityAddresses, family)
        seen = elements.count
        for element in elements {
            let other = ports[element.key]
            guard let id = element.key.number(at: 0) else { continue }
            if let backend = backend(element, other), !isStale(id, backend) { continue }
            guard lists[id] != nil || forgetsOthers else { continue }
            batch.remove(element, from: SetName.affinityAddresses)
            if let other { batch.remove(other, from: SetName.affinityPorts) }
        }
    }

    private func backend(
        _ address: NFTables.Element, _ port: NFTables.Element?
    ) -> IPSocketAddress? {
        guard case .value(let value)? = address.data, let host = value.address(.ipv6, at: 0),
            case .value(let number)? = port?.data, let port = number.port(at: 0)
        else { return nil }
        return IPSocketAddress(host, port)
    }

    private func isStale(_ id: UInt32, _ backend: IPSocketAddress) -> Bool {
        guard let left = lists[id] else { return forgetsOthers }
        return !left.contains(backend)
    }
}

/// What packets have learned, by set, with the time that each element has left.
struct LearnedElements: Sendable {
    private(set) var sets: [SetName: [NFTables.Element]] = [:]

    /// Of the sets of a table that are as we make them.
    init(
        _ kernel: KernelTable, _ layout: NFTablesLayout,
        _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        for name in layout.sets(Structure()) where name.isLearned {
            guard kernel.sets[name.text]?.matches(layout.set(name)) == true else { continue }
            sets[name] = try socket.elements(of: name, layout.family)
        }
    }
}
