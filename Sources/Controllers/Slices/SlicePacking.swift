import KubeAPI

/// Distributes the endpoints of one group over slices so that few slices change: what is placed stays where it
/// is, new endpoints go to slices that are written anyway, then to new slices that they fill, and the rest to the
/// fullest other one that takes it whole (rule E-006). Where none does, Kubernetes makes a new slice and leaves the
/// others as they are; here the one with the most room is filled first, for one write more, so that slices are full
/// however fast their Pods came. Nothing is moved to balance.
struct SlicePacking {
    /// An existing slice with the endpoints it will hold, without hints.
    struct Placed {
        var slice: EndpointSlice
        var endpoints: [Endpoint]
        var isChanged: Bool
    }

    /// In the order of their names.
    private(set) var placed: [Placed] = []
    /// The contents of the slices to make.
    private(set) var new: [[Endpoint]] = []

    /// `limit` is the greatest number of endpoints in a slice.
    init(_ desired: [Endpoint], into existing: [EndpointSlice], limit: Int) {
        var left = Left(desired)
        placed = existing.sorted { $0.metadata.name < $1.metadata.name }.map { slice in
            let kept = slice.endpoints.compactMap { left.take(like: $0) }
            let isChanged = kept != slice.endpoints.map(\.comparable)
            return Placed(slice: slice, endpoints: kept, isChanged: isChanged)
        }
        fillChanged(&left, limit: limit)
        while !left.isEmpty, left.count >= limit {
            new.append(left.takeFirst(limit))
        }
        fillOne(&left, limit: limit)
        if !left.isEmpty { new.append(left.takeFirst(limit)) }
    }

    /// Slices with more room come last, so that full ones come out of it.
    private mutating func fillChanged(_ left: inout Left, limit: Int) {
        let fullestFirst = placed.indices
            .filter { placed[$0].isChanged && !placed[$0].endpoints.isEmpty }
            .sorted { placed[$0].endpoints.count > placed[$1].endpoints.count }
        for index in fullestFirst {
            placed[index].endpoints += left.takeFirst(limit - placed[index].endpoints.count)
        }
    }

    private mutating func fillOne(_ left: inout Left, limit: Int) {
        guard !left.isEmpty else { return }
        // What holds nothing any more is deleted.
        let open = placed.indices.filter {
            !placed[$0].endpoints.isEmpty && placed[$0].endpoints.count < limit
        }
        let fitting = open.filter { placed[$0].endpoints.count + left.count <= limit }
        let fullest = fitting.max { placed[$0].endpoints.count < placed[$1].endpoints.count }
        let emptiest = open.min { placed[$0].endpoints.count < placed[$1].endpoints.count }
        guard let chosen = fullest ?? emptiest else { return }
        placed[chosen].endpoints += left.takeFirst(limit - placed[chosen].endpoints.count)
        placed[chosen].isChanged = true
    }

    /// The endpoints that have no place yet.
    private struct Left {
        private var byKey: [Key: Endpoint] = [:]
        private var order: [Key] = []
        private var next = 0

        /// An endpoint keeps its place while it is the same address, by the same name, of the same Pod.
        private struct Key: Hashable {
            var addresses: [String]
            var hostname: String?
            var namespace: String?
            var pod: String?

            init(_ endpoint: Endpoint) {
                addresses = endpoint.addresses.sorted()
                hostname = endpoint.hostname
                namespace = endpoint.targetRef?.namespace
                pod = endpoint.targetRef?.name
            }
        }

        init(_ endpoints: [Endpoint]) {
            for endpoint in endpoints {
                let key = Key(endpoint)
                if byKey.updateValue(endpoint, forKey: key) == nil { order.append(key) }
            }
        }

        var isEmpty: Bool { byKey.isEmpty }
        var count: Int { byKey.count }

        mutating func take(like endpoint: Endpoint) -> Endpoint? {
            byKey.removeValue(forKey: Key(endpoint))
        }

        mutating func takeFirst(_ count: Int) -> [Endpoint] {
            var taken: [Endpoint] = []
            while taken.count < count, next < order.count {
                if let endpoint = byKey.removeValue(forKey: order[next]) { taken.append(endpoint) }
                next += 1
            }
            return taken
        }
    }
}

extension Endpoint {
    /// What two endpoints must agree in to be the same: hints are decided later, and the rest is not the controllers'.
    fileprivate var comparable: Endpoint {
        var endpoint = self
        endpoint.hints = nil
        endpoint.deprecatedTopology = [:]
        endpoint.targetRef?.resourceVersion = ""
        return endpoint
    }
}
