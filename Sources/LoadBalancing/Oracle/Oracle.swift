import Addresses

/// States, in one place, what a data plane must do with a packet under a table: what `explain` prints and what
/// every renderer is tested against.
package struct Oracle: Sendable {
    package let table: ServiceTable
    private let clusterIPs: Set<IPAddress>

    package init(_ table: ServiceTable) {
        self.table = table
        clusterIPs = Set(
            table.frontends.compactMap { address, frontend in
                guard frontend.kind == .clusterIP, case .address(let ip) = address.host else {
                    return nil
                }
                return ip
            })
    }

    /// For one packet; make an `Oracle` for many.
    package static func decide(_ packet: Packet, _ table: ServiceTable) -> Decision {
        Oracle(table).decide(packet)
    }

    package func decide(_ packet: Packet) -> Decision {
        guard let (address, frontend) = frontend(for: packet) else {
            return decideWithoutFrontend(packet)
        }
        if let ranges = frontend.sourceRanges,
            !ranges.contains(where: { $0.contains(packet.source) })
        {
            return .drop(.sourceNotAllowed(frontend.servicePort))
        }
        let isInternal = packet.isFromHost || isPod(packet)
        let list = isInternal ? frontend.internalList : frontend.externalList
        let backends = table.servicePorts[frontend.servicePort]?.backends(list) ?? []
        if backends.isEmpty {
            return refusal(frontend, isInternal: isInternal)
        }
        return .dnat(
            Decision.Forwarding(
                frontend: address, servicePort: frontend.servicePort, list: list,
                backends: backends, isMasqueraded: masquerades(frontend, packet),
                source: packet.source))
    }

    /// Whether the local detector takes the packet for a Pod's.
    package func isPod(_ packet: Packet) -> Bool {
        if let interfaces = table.podInterfaces { return interfaces.matches(packet.interface) }
        return table.podCIDRs.contains { $0.contains(packet.source) }
    }

    /// An address of its own comes before the NodePorts of the node.
    private func frontend(for packet: Packet) -> (FrontendAddress, Frontend)? {
        var address = FrontendAddress(
            .address(packet.destination), packet.port, packet.protocol)
        if let frontend = table.frontends[address] { return (address, frontend) }
        guard table.nodeAddresses.contains(packet.destination) else { return nil }
        address.host = .node(packet.destination.family)
        return table.frontends[address].map { (address, $0) }
    }

    private func decideWithoutFrontend(_ packet: Packet) -> Decision {
        if clusterIPs.contains(packet.destination) { return .reject(.noSuchPort) }
        let isServiceAddress = table.serviceCIDRs.contains { $0.contains(packet.destination) }
        return isServiceAddress ? .drop(.noSuchClusterIP) : .pass
    }

    private func refusal(_ frontend: Frontend, isInternal: Bool) -> Decision {
        switch isInternal ? frontend.whenInternalEmpty : frontend.whenExternalEmpty {
        case .reject: .reject(.noBackend(frontend.servicePort))
        case .drop: .drop(.noLocalBackend(frontend.servicePort))
        }
    }

    private func masquerades(_ frontend: Frontend, _ packet: Packet) -> Bool {
        switch frontend.masquerade {
        case .never: false
        case .always: true
        case .unlessFromPod: !isPod(packet)
        case .fromHost: packet.isFromHost
        }
    }
}
