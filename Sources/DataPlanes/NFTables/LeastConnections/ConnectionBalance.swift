import Addresses
import LoadBalancing

/// Turns counts of open connections into weights under which they become equal: a backend that has more than its
/// part gets less of what is new, step by step. An integral controller: it settles where every backend has as many
/// as its own weight asks for, however long its connections are.
struct ConnectionBalance: Sendable {
    /// Of a deviation, how much the next step takes back. With more it swings where connections last long, with less
    /// it is slow (simulated with connections of 0.3 to 4 s on average, heavy tails, one backend five times slower).
    private static let gain = 0.3
    /// A few connections more or less say nothing: so many are added to what a deviation is measured by.
    private static let noise = 8.0
    private static let range = 0.01...100.0
    /// Weights are whole numbers: so much is 1.
    private static let unit = 10_000.0

    private var factors: [IPSocketAddress: Double] = [:]

    init() {}

    /// Goes on from the shares that the backends have in a list's slots.
    init(_ slots: [IPSocketAddress], _ backends: [Backend]) {
        var counts: [IPSocketAddress: Double] = [:]
        for backend in slots { counts[backend, default: 0] += 1 }
        for backend in backends {
            factors[backend.socketAddress] =
                (counts[backend.socketAddress] ?? 1) / Double(max(1, backend.weight))
        }
    }

    /// The next weights, or nil where they would stay what they are.
    /// - Parameter counts: open connections; a backend that is not named has none.
    mutating func weights(
        _ backends: [Backend], _ counts: [IPSocketAddress: Int]
    ) -> [IPSocketAddress: UInt32]? {
        let loads = backends.map { backend in
            Double(counts[backend.socketAddress] ?? 0) / Double(max(1, backend.weight))
        }
        let mean = loads.reduce(0, +) / Double(max(1, loads.count))
        guard mean > 0 else { return nil }
        var next: [IPSocketAddress: Double] = [:]
        for (backend, load) in zip(backends, loads) {
            let deviation = (load - mean) / (mean + Self.noise)
            let step = max(-1, min(1, Self.gain * deviation))
            next[backend.socketAddress] = (factors[backend.socketAddress] ?? 1) * (1 - step)
        }
        let average = next.values.reduce(0, +) / Double(next.count)
        factors = next.mapValues {
            min(Self.range.upperBound, max(Self.range.lowerBound, $0 / average))
        }
        return Dictionary(
            backends.map { backend in
                let factor = factors[backend.socketAddress] ?? 1
                return (
                    backend.socketAddress,
                    UInt32(max(1, Self.unit * factor * Double(max(1, backend.weight))))
                )
            }, uniquingKeysWith: { first, _ in first })
    }
}
