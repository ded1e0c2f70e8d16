import Addresses
package import LoadBalancing

/// The UDP frontends of a table by their ServicePorts, kept up with its changes: a changed backend must not cost a
/// walk through all frontends.
package struct UDPFrontends: Equatable, Sendable {
    private var byServicePort: [ServicePortName: Set<FrontendAddress>] = [:]

    package init(of table: ServiceTable = ServiceTable()) {
        for (address, frontend) in table.frontends where address.protocol == .udp {
            byServicePort[frontend.servicePort, default: []].insert(address)
        }
    }

    package mutating func apply(_ changes: ServiceTable.Changes) {
        for (address, change) in changes.frontends where address.protocol == .udp {
            if let old = change.old?.servicePort { remove(address, of: old) }
            if let new = change.new?.servicePort {
                byServicePort[new, default: []].insert(address)
            }
        }
    }

    private mutating func remove(_ address: FrontendAddress, of name: ServicePortName) {
        byServicePort[name]?.remove(address)
        if byServicePort[name]?.isEmpty == true { byServicePort[name] = nil }
    }

    var all: some Sequence<FrontendAddress> { byServicePort.values.joined() }

    package subscript(_ name: ServicePortName) -> Set<FrontendAddress> {
        byServicePort[name] ?? []
    }
}
