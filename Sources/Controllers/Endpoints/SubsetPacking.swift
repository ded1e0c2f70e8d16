import Addresses
import KubeAPI

/// Endpoints as single facts (this address is at this port, ready or not), packed into the fewest subsets: ports
/// that have the same addresses share one. Everything is sorted, so equal facts give equal subsets.
struct SubsetPacking {
    private struct State: Hashable {
        var address: EndpointAddress
        var isReady: Bool
    }

    /// By port; nil stands for addresses without any port.
    private var facts: [EndpointPort?: [String: State]] = [:]

    /// An address that is both ready and not ready at a port counts as ready.
    mutating func add(_ address: EndpointAddress, at port: EndpointPort?, isReady: Bool) {
        let key = "\(address.ip) \(address.targetRef?.uid ?? "")"
        if facts[port]?[key]?.isReady == true { return }
        facts[port, default: [:]][key] = State(address: address, isReady: isReady)
    }

    mutating func add(_ subsets: [EndpointSubset]) {
        for subset in subsets {
            let ports: [EndpointPort?] = subset.ports.isEmpty ? [nil] : subset.ports
            for port in ports {
                for address in subset.addresses { add(address, at: port, isReady: true) }
                for address in subset.notReadyAddresses { add(address, at: port, isReady: false) }
            }
        }
    }

    var subsets: [EndpointSubset] {
        var portsByStates: [Set<State>: [EndpointPort]] = [:]
        for (port, states) in facts {
            portsByStates[Set(states.values), default: []] += port.map { [$0] } ?? []
        }
        return portsByStates.map { states, ports in
            EndpointSubset(
                addresses: Self.sorted(states.filter(\.isReady)),
                notReadyAddresses: Self.sorted(states.filter { !$0.isReady }),
                ports: ports.sorted { Self.order($0) < Self.order($1) })
        }.sorted { Self.order($0) < Self.order($1) }
    }

    private static func sorted(_ states: Set<State>) -> [EndpointAddress] {
        states.map { (IPAddress($0.address.ip), $0.address) }.sorted { a, b in
            guard let first = a.0, let second = b.0, first != second else {
                return (a.1.ip, a.1.targetRef?.uid ?? "") < (b.1.ip, b.1.targetRef?.uid ?? "")
            }
            return first < second
        }.map(\.1)
    }

    private static func order(_ port: EndpointPort) -> (String, String, Int64) {
        (port.name, port.protocol, port.port ?? 0)
    }

    private static func order(_ subset: EndpointSubset) -> (String, String, Int64, String) {
        let port = subset.ports.first.map(order) ?? ("", "", 0)
        let address = (subset.addresses + subset.notReadyAddresses).first?.ip ?? ""
        return (port.0, port.1, port.2, address)
    }
}
