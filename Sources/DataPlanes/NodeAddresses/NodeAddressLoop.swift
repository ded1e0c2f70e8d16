import Addresses
import Linux
import Watching

/// The thread of the watcher of node addresses.
struct NodeAddressLoop {
    private static let backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))

    private let shared: NodeAddressWatch
    private let epoll: SharedEpoll
    private let report: @Sendable (String) -> Void
    private let onChange: @Sendable (Set<IPAddress>) -> Void
    private var debounce = Debounce(quiet: .milliseconds(100), longest: .seconds(1))
    private var failures = 0
    /// Nanoseconds: a list that failed is asked for again then.
    private var retryAt: UInt64?

    init(
        _ shared: NodeAddressWatch, _ epoll: SharedEpoll,
        report: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (Set<IPAddress>) -> Void
    ) {
        self.shared = shared
        self.epoll = epoll
        self.report = report
        self.onChange = onChange
    }

    mutating func run() {
        var events = Epoll.EventBuffer(capacity: 2)
        while !shared.isEnded {
            let timeout = timeout(MonotonicTime.nanoseconds)
            // With an epoll set, a buffer and a timeout that are all valid, no error is possible.
            guard let count = try? epoll.epoll.wait(&events, milliseconds: timeout) else {
                continue
            }
            let now = MonotonicTime.nanoseconds
            for index in 0..<count { shared.consume(events[index].token) }
            if count > 0 { debounce.news(at: now) }
            let isRetry = retryAt.map { $0 <= now } ?? false
            if debounce.take(at: now) || isRetry, !shared.isEnded { look(now) }
        }
    }

    private func timeout(_ now: UInt64) -> Int32 {
        guard let next = [debounce.due, retryAt].compactMap(\.self).min() else { return -1 }
        return next <= now ? 0 : Int32(clamping: (next - now) / 1_000_000 + 1)
    }

    private mutating func look(_ now: UInt64) {
        do throws(NetlinkError) {
            let changed = try shared.list()
            (failures, retryAt) = (0, nil)
            if let changed { onChange(changed) }
        } catch {
            failures += 1
            retryAt = now + Self.backoff.delay(attempt: failures).wholeNanoseconds
            // That they change all the time is no fault: it is looked again.
            if case .neverConsistent = error { return }
            report("the node's addresses cannot be listed: \(error)")
        }
    }
}
