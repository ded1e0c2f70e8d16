import Addresses
import LoadBalancing
import Wire

/// The elements that the rows of a ServiceTable become.
enum Elements {
    static func key(_ address: IPAddress, _ frontend: FrontendAddress) -> NFTables.Value {
        var key = NFTables.Value()
        key.append(address)
        key.append(frontend.protocol)
        key.append(port: frontend.port)
        return key
    }

    static func nodeKey(_ frontend: FrontendAddress) -> NFTables.Value {
        var key = NFTables.Value()
        key.append(frontend.protocol)
        key.append(port: frontend.port)
        return key
    }

    static func address(_ address: IPAddress) -> NFTables.Element {
        var key = NFTables.Value()
        key.append(address)
        return NFTables.Element(key)
    }

    static func pair(_ address: IPAddress) -> NFTables.Element {
        var key = NFTables.Value()
        key.append(address)
        key.append(address)
        return NFTables.Element(key)
    }

    static func id(_ id: UInt32, _ data: NFTables.ElementData? = nil) -> NFTables.Element {
        NFTables.Element(number(id), data: data)
    }

    static func number(_ number: UInt32) -> NFTables.Value {
        var value = NFTables.Value()
        value.append(number: number)
        return value
    }

    static func slot(
        _ id: UInt32, _ slot: Int, _ backend: IPSocketAddress?
    ) -> NFTables.Element {
        var key = NFTables.Value()
        key.append(number: id)
        key.append(number: UInt32(slot))
        guard let backend else { return NFTables.Element(key) }
        var data = NFTables.Value()
        data.append(backend.address)
        data.append(port: backend.port)
        return NFTables.Element(key, data: .value(data))
    }

    /// Who may connect to a frontend: everybody of a range of addresses.
    static func allowed(
        _ address: IPAddress, _ frontend: FrontendAddress, _ range: AddressRange
    ) -> NFTables.Element {
        var first = key(address, frontend)
        var last = first
        first.append(range.first)
        last.append(range.last)
        return NFTables.Element(first, lastKey: last)
    }

    /// Ranges as what a plain interval set wants: where each begins and where it has ended, in order.
    static func intervals(_ ranges: [AddressRange]) -> [NFTables.Element] {
        ranges.flatMap { range in
            var elements = [address(range.first)]
            if let end = range.last.advanced(by: 1) {
                var element = address(end)
                element.isIntervalEnd = true
                elements.append(element)
            }
            return elements
        }
    }
}

/// From one address to another, both included.
struct AddressRange: Equatable, Sendable {
    var first: IPAddress
    var last: IPAddress

    /// The ranges of networks, in order; what overlaps or touches is one, as the kernel's sets ask for.
    static func merged(_ networks: some Sequence<IPPrefix>) -> [AddressRange] {
        var merged: [AddressRange] = []
        for network in networks.sorted() {
            if let before = merged.last,
                network.network <= before.last || before.last.advanced(by: 1) == network.network
            {
                merged[merged.count - 1].last = max(before.last, network.last)
            } else {
                merged.append(AddressRange(first: network.network, last: network.last))
            }
        }
        return merged
    }
}
