import Addresses
import LoadBalancing
import Wire

extension ArrangementHints {
    /// Finds the lists of a table's ServicePorts in what the kernel has, by the addresses that lead to them.
    init(_ kernel: KernelTable, _ family: IPFamily, _ table: ServiceTable) {
        let lists = KernelLists(kernel, family)
        for (address, frontend) in table.frontends where address.family == family {
            guard let ids = lists.ids(of: address) else { continue }
            for (id, kind) in [
                (ids.internal, frontend.internalList), (ids.external, frontend.externalList),
            ] {
                if let list = lists.list(id) { offer(list, frontend.servicePort, kind) }
            }
        }
    }
}

/// Lists of backends as elements tell of them.
struct KernelLists {
    private let content: TableContent
    private var slots: [UInt32: [Int: IPSocketAddress]] = [:]
    private(set) var highestID: UInt32 = 0

    init(_ kernel: KernelTable, _ family: IPFamily) {
        content = kernel.content
        for (key, data) in [content[.backends], content[.otherBackends]].joined() {
            guard let id = key.key.number(at: 0), let slot = key.key.number(at: 4),
                case .value(let value)? = data, let address = value.address(family, at: 0),
                let port = value.port(at: family == .ipv4 ? 4 : 16)
            else { continue }
            slots[id, default: [:]][Int(slot)] = IPSocketAddress(address, port)
            highestID = max(highestID, id)
        }
        for set in [
            SetName.servicePorts, .externalServicePorts, .nodePorts, .externalNodePorts,
        ] {
            for case .value(let value)?? in content[set].values {
                let id = value.number(at: 0) ?? 0
                highestID = max(highestID, ReservedID.list(id))
            }
        }
    }

    func ids(of address: FrontendAddress) -> (internal: UInt32, external: UInt32)? {
        let key: NFTables.Value
        let sets: (SetName, SetName)
        switch address.host {
        case .address(let host):
            key = Elements.key(host, address)
            sets = (.servicePorts, .externalServicePorts)
        case .node:
            key = Elements.nodeKey(address)
            sets = (.nodePorts, .externalNodePorts)
        }
        guard let entry = number(key, in: sets.0) else { return nil }
        let id = ReservedID.list(entry)
        return (id, number(key, in: sets.1) ?? id)
    }

    private func number(_ key: NFTables.Value, in set: SetName) -> UInt32? {
        let data = content[set][TableContent.Key(NFTables.Element(key))]
        guard case .value(let value)?? = data else { return nil }
        return value.number(at: 0)
    }

    /// nil where it has no slots, or they are not numbered from 0 on. How it chooses is of no interest here.
    func list(_ id: UInt32) -> RenderedList? {
        guard id >= ReservedID.firstList, let slots = slots[id] else { return nil }
        let addresses = (0..<slots.count).compactMap { slots[$0] }
        guard addresses.count == slots.count else { return nil }
        return RenderedList(id: id, choice: .random(slots.count), slots: addresses)
    }
}
