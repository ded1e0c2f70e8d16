import Dispatch

extension Array where Element: Sendable {
    /// As `map`, on all processors where there is much to do.
    func parallelMap<Result: Sendable>(_ transform: @Sendable (Element) -> Result) -> [Result] {
        let chunk = 256
        guard count >= 4 * chunk else { return map(transform) }
        return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Each index is written by one thread, and all are when `concurrentPerform` returns.
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { number in
                for index in number * chunk..<Swift.min(count, (number + 1) * chunk) {
                    results.initializeElement(at: index, to: transform(self[index]))
                }
            }
            initialized = count
        }
    }
}
