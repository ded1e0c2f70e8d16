package import KubeAPI

/// Slices to write: a difference between what is there and what should be.
package struct SlicePlan: Equatable, Sendable {
    /// To be deleted before anything else, because their names are used again.
    package var stale: [EndpointSlice] = []
    package var creates: [EndpointSlice] = []
    /// With the resourceVersions that they were planned from.
    package var updates: [EndpointSlice] = []
    package var deletes: [EndpointSlice] = []
    /// What stays as it is.
    package var unchanged: [EndpointSlice] = []

    package init() {}

    /// True if nothing is to be written.
    package var isEmpty: Bool {
        stale.isEmpty && creates.isEmpty && updates.isEmpty && deletes.isEmpty
    }

    static func += (a: inout SlicePlan, b: SlicePlan) {
        a.stale += b.stale
        a.creates += b.creates
        a.updates += b.updates
        a.deletes += b.deletes
        a.unchanged += b.unchanged
    }
}

extension SlicePlan {
    /// How a group of endpoints is spread.
    enum Spread {
        /// Over slices of at most so many endpoints; an owner without endpoints has one empty slice.
        case slices(of: Int)
        /// All are in one slice, and an owner without endpoints has none.
        case oneSlice
    }

    /// The plan for one address family; endpoints are without hints in what is to be written. `isHeld` tells the
    /// names that new slices must not take.
    init(
        _ groups: [SliceGroup], replacing existing: [EndpointSlice], _ template: SliceTemplate,
        _ spread: Spread, isHeld: (String) -> Bool
    ) {
        var byPorts = Dictionary(grouping: existing) { PortSet($0.ports ?? []) }
        var kept = 0
        for group in groups {
            var slices = byPorts.removeValue(forKey: PortSet(group.ports)) ?? []
            var limit = group.endpoints.count
            switch spread {
            case .slices(of: let most): limit = most
            case .oneSlice:
                slices.sort { $0.metadata.name < $1.metadata.name }
                deletes += slices.dropFirst()
                slices.removeLast(max(0, slices.count - 1))
            }
            let packing = SlicePacking(group.endpoints, into: slices, limit: limit)
            for placed in packing.placed { kept += place(placed, template) ? 1 : 0 }
            for endpoints in packing.new { creates.append(template.slice(endpoints, group.ports)) }
        }
        deletes += byPorts.values.joined()
        if case .slices = spread, kept == 0, creates.isEmpty { keepPlaceholder(template) }
        reuse(template)
        name(template, existing, isHeld)
    }

    /// True if the slice stays.
    private mutating func place(
        _ placed: SlicePacking.Placed, _ template: SliceTemplate
    ) -> Bool {
        if placed.endpoints.isEmpty {
            deletes.append(placed.slice)
            return false
        }
        var slice = placed.slice
        slice.metadata = template.metadata(slice.metadata)
        if placed.isChanged || slice.metadata != placed.slice.metadata {
            slice.endpoints = placed.endpoints
            updates.append(slice)
        } else {
            unchanged.append(placed.slice)
        }
        return true
    }

    private mutating func keepPlaceholder(_ template: SliceTemplate) {
        let there = deletes.firstIndex { slice in
            slice.endpoints.isEmpty && (slice.ports ?? []).isEmpty
                && slice.metadata == template.metadata(slice.metadata)
        }
        if let there {
            unchanged.append(deletes.remove(at: there))
        } else {
            creates.append(template.slice([], []))
        }
    }

    /// A slice that would be deleted beside one that would be made is rewritten instead.
    private mutating func reuse(_ template: SliceTemplate) {
        deletes.sort { $0.metadata.name < $1.metadata.name }
        let count = min(deletes.count, creates.count)
        for (old, new) in zip(deletes, creates).prefix(count) {
            var slice = new
            slice.metadata = template.metadata(old.metadata)
            updates.append(slice)
        }
        deletes.removeFirst(count)
        creates.removeFirst(count)
    }

    private mutating func name(
        _ template: SliceTemplate, _ existing: [EndpointSlice], _ isHeld: (String) -> Bool
    ) {
        let own = Set(existing.map(\.metadata.name))
        var number = 0
        for index in creates.indices {
            repeat {
                number += 1
            } while own.contains(template.name(number))
                || isHeld(template.name(number))
            creates[index].metadata.name = template.name(number)
        }
    }
}

/// Endpoints that serve the same ports: they share slices.
package struct SliceGroup: Equatable, Sendable {
    /// In the order of the Service's ports.
    package var ports: [EndpointPort]
    package var endpoints: [Endpoint]
}

/// Ports without their order.
struct PortSet: Hashable {
    private let ports: Set<EndpointPort>

    init(_ ports: [EndpointPort]) { self.ports = Set(ports) }
}
