import Synchronization

/// Lets tasks wait for descriptors without blocking the cooperative pool: one thread with one epoll set.
package final class DescriptorWaits: Sendable {
    /// The one of this process; its thread starts with the first wait.
    package static let shared = DescriptorWaits()

    private let epoll: Epoll
    private let wake: EventDescriptor
    private let state = Mutex(State())

    private struct State {
        var nextToken: UInt64 = 1
        var waits: [UInt64: Wait] = [:]
    }

    private struct Wait {
        var deadline: UInt64?
        var outcome: Bool?
        var continuation: CheckedContinuation<Bool, Never>?
    }

    private init() {
        do {
            epoll = try Epoll()
            wake = try EventDescriptor()
            try epoll.add(wake.descriptor, .readable, token: 0)
            _ = try Thread(named: "descriptors") { [self] in loop() }
        } catch {
            preconditionFailure("no descriptors or threads left at the start: \(error)")
        }
    }

    /// Waits until `descriptor` is ready; false when `timeout` passed before, or the task was cancelled. One
    /// descriptor can be waited for once at a time.
    package func wait(
        for interest: Epoll.Interest, on descriptor: borrowing OwnedDescriptor,
        timeout: Duration? = nil
    ) async throws(SystemError) -> Bool {
        let deadline = timeout.map {
            MonotonicTime.nanoseconds &+ UInt64(clamping: $0.nanoseconds)
        }
        let token = state.withLock { state in
            state.nextToken += 1
            state.waits[state.nextToken] = Wait(deadline: deadline)
            return state.nextToken
        }
        do throws(SystemError) {
            try epoll.add(descriptor, interest.union(.once), token: token)
        } catch {
            state.withLock { _ = $0.waits.removeValue(forKey: token) }
            throw error
        }
        if deadline != nil { wake.signal() }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> Bool? in
                    if let outcome = state.waits[token]?.outcome { return outcome }
                    state.waits[token]?.continuation = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            settle(token, false)
        }
        state.withLock { _ = $0.waits.removeValue(forKey: token) }
        try? epoll.remove(descriptor)
        return outcome
    }

    /// The first outcome counts.
    private func settle(_ token: UInt64, _ outcome: Bool) {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard var wait = state.waits[token], wait.outcome == nil else { return nil }
            defer { state.waits[token] = wait }
            wait.outcome = outcome
            wait.deadline = nil
            defer { wait.continuation = nil }
            return wait.continuation
        }
        continuation?.resume(returning: outcome)
    }

    private func loop() {
        var events = Epoll.EventBuffer(capacity: 64)
        while true {
            guard let count = try? epoll.wait(&events, milliseconds: millisecondsToDeadline())
            else { continue }
            for index in 0..<count {
                let token = events[index].token
                if token == 0 { wake.consume() } else { settle(token, true) }
            }
            for token in overdue() { settle(token, false) }
        }
    }

    private func millisecondsToDeadline() -> Int32 {
        let nearest = state.withLock { $0.waits.values.compactMap(\.deadline).min() }
        guard let nearest else { return -1 }
        let now = MonotonicTime.nanoseconds
        // Rounded up: waking too early would spin.
        return nearest <= now ? 0 : Int32(clamping: (nearest - now) / 1_000_000 + 1)
    }

    private func overdue() -> [UInt64] {
        let now = MonotonicTime.nanoseconds
        return state.withLock { state in
            state.waits.filter { $0.value.deadline.map { $0 <= now } ?? false }.map(\.key)
        }
    }
}

extension Duration {
    /// Whole nanoseconds; what does not fit is cut off at the ends of the range.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max / 2) : scaled + attoseconds / 1_000_000_000
    }
}

extension Epoll.Interest {
    /// EPOLLONESHOT.
    fileprivate static let once = Epoll.Interest(rawValue: 1 << 30)
}

extension OwnedDescriptor {
    /// Reads what is there, waiting for it; nil at the end, or when the task is cancelled.
    package func readWhenReady(upTo size: Int = 16384) async throws(SystemError) -> [UInt8]? {
        while true {
            var buffer = [UInt8](repeating: 0, count: size)
            switch buffer.withUnsafeMutableBytes({ read(into: $0) }) {
            case .bytes(let count):
                buffer.removeLast(size - count)
                return buffer
            case .end: return nil
            case .failed(let errno): throw SystemError(errno, "read")
            case .wouldBlock:
                guard try await DescriptorWaits.shared.wait(for: .readable, on: self) else {
                    return nil
                }
            }
        }
    }
}
