import Linux
import NIOCore
import Synchronization

/// Notes when bytes arrive for a watch, in front of TLS, and keeps them until all watches have theirs: on a real network
/// each of a thousand clients has a processor of its own to decrypt and read an event with.
final class Doorbell: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let crowd: Watcher.Crowd
    private var held: [ByteBuffer] = []
    private var context: ChannelHandlerContext?

    init(_ crowd: Watcher.Crowd) { self.crowd = crowd }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // In order: what was kept goes first.
        guard crowd.isHolding || !held.isEmpty else { return context.fireChannelRead(data) }
        if held.isEmpty { crowd.rang() }
        held.append(unwrapInboundIn(data))
    }

    /// Lets through what was kept. On the event loop.
    func open() {
        for buffer in held { context?.fireChannelRead(wrapInboundOut(buffer)) }
        if !held.isEmpty { context?.fireChannelReadComplete() }
        held = []
    }
}

/// One open watch: reads its events.
final class Watcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// All watchers of a run.
    final class Crowd: Sendable {
        private struct State {
            var open = 0
            /// When the bytes of an event came, and how many events have been read since.
            var arrivals: [UInt64] = []
            var isHolding = false
            var read = 0
            var bytes = 0
            var failure: String?
            var waiting: (isDone: @Sendable (State) -> Bool, CheckedContinuation<Void, Never>)?
        }

        private let state = Mutex(State())

        /// Begins the next event: what comes is kept at the doorbells.
        func begin() {
            state.withLock { state in
                state.arrivals.removeAll(keepingCapacity: true)
                state.isHolding = true
                state.read = 0
                state.bytes = 0
            }
        }

        var isHolding: Bool { state.withLock { $0.isHolding } }

        /// From now on what comes is read.
        func stopHolding() { state.withLock { $0.isHolding = false } }

        func rang() {
            let now = MonotonicTime.nanoseconds
            note { $0.arrivals.append(now) }
        }

        /// Of the answers since then.
        var bytes: Int { state.withLock { $0.bytes } }

        func opened() { note { $0.open += 1 } }

        func read(_ count: Int, bytes: Int) {
            note { state in
                state.bytes += bytes
                state.read += count
            }
        }

        func failed(_ why: String) { note { $0.failure = $0.failure ?? why } }

        private func note(_ change: (inout State) -> Void) {
            let done = state.withLock { state -> CheckedContinuation<Void, Never>? in
                change(&state)
                guard let (isDone, continuation) = state.waiting,
                    state.failure != nil || isDone(state)
                else { return nil }
                state.waiting = nil
                return continuation
            }
            done?.resume()
        }

        /// Waits until so many watches are open.
        func open(_ count: Int) async throws { try await wait { $0.open >= count } }

        /// Waits until so many events have been read.
        func read(_ count: Int) async throws { try await wait { $0.read >= count } }

        /// Waits until the bytes of the event have come to so many.
        /// - Returns: when they did.
        func arrivals(_ count: Int) async throws -> [UInt64] {
            try await wait { $0.arrivals.count >= count }
            return state.withLock { $0.arrivals }
        }

        private func wait(_ isDone: @escaping @Sendable (State) -> Bool) async throws {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.failure != nil || isDone(state) { return true }
                    state.waiting = (isDone, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
            if let failure = state.withLock({ $0.failure }) {
                throw BenchmarkFailure(description: failure)
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
            case .lines(let count, let bytes): crowd.read(count, bytes: bytes)
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
