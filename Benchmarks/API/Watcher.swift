import Linux
import NIOCore
import Synchronization

/// One open watch: notes when an event arrives.
final class Watcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// All watchers of a run.
    final class Crowd: Sendable {
        private struct State {
            var open = 0
            var arrivals: [UInt64] = []
            var bytes = 0
            var failure: String?
            var waiting: (isDone: @Sendable (Int, Int) -> Bool, CheckedContinuation<Void, Never>)?
        }

        private let state = Mutex(State())

        /// Begins the next event.
        func begin() {
            state.withLock { state in
                state.arrivals.removeAll(keepingCapacity: true)
                state.bytes = 0
            }
        }

        /// Of the answers since then.
        var bytes: Int { state.withLock { $0.bytes } }

        func opened() { note { $0.open += 1 } }

        func arrived(_ count: Int, bytes: Int) {
            let now = MonotonicTime.nanoseconds
            note { state in
                state.bytes += bytes
                for _ in 0..<count { state.arrivals.append(now) }
            }
        }

        func failed(_ why: String) { note { $0.failure = $0.failure ?? why } }

        private func note(_ change: (inout State) -> Void) {
            let done = state.withLock { state -> CheckedContinuation<Void, Never>? in
                change(&state)
                guard let (isDone, continuation) = state.waiting,
                    state.failure != nil || isDone(state.open, state.arrivals.count)
                else { return nil }
                state.waiting = nil
                return continuation
            }
            done?.resume()
        }

        /// Waits until so many watches are open.
        func open(_ count: Int) async throws { _ = try await wait { open, _ in open >= count } }

        /// Waits until the event has arrived so often.
        /// - Returns: when it did.
        func arrivals(_ count: Int) async throws -> [UInt64] {
            try await wait { _, arrived in arrived >= count }
        }

        private func wait(
            _ isDone: @escaping @Sendable (Int, Int) -> Bool
        ) async throws -> [UInt64] {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.failure != nil || isDone(state.open, state.arrivals.count) {
                        return true
                    }
                    state.waiting = (isDone, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
            return try state.withLock { state in
                if let failure = state.failure { throw BenchmarkFailure(description: failure) }
                return state.arrivals
            }
        }
    }

    private let crowd: Crowd
    private let request: ByteBuffer
    private var reader = AnswerReader()

    init(_ crowd: Crowd, _ request: ByteBuffer) {
        self.crowd = crowd
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.read(unwrapInboundIn(data)) { event in
            switch event {
            case .stream: crowd.opened()
            case .lines(let count, let bytes): crowd.arrived(count, bytes: bytes)
            case .answer(let code, _): crowd.failed("a watch was answered with \(code)")
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { crowd.failed("a watch ended") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        crowd.failed("\(error)")
        context.close(promise: nil)
    }
}
