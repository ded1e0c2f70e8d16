import Linux
import NIOCore
import Synchronization

/// Sends one request after another on one connection and takes the time of each answer.
final class Caller: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What many callers share: the requests that are left, and the times.
    final class Round: Sendable {
        struct State {
            var next = 0
            var times: [UInt64] = []
            /// When the request was sent that was answered last.
            var lastSent: UInt64 = 0
            var bytes = 0
            var refused: [Int: Int] = [:]
            var running = 0
            var failure: String?
            var done: CheckedContinuation<Void, Never>?
        }

        let count: Int
        /// Stops then, whatever is left.
        let deadline: UInt64
        let request: @Sendable (Int) -> ByteBuffer
        let state = Mutex(State())

        init(
            count: Int = .max, seconds: Double = 3600,
            _ request: @escaping @Sendable (Int) -> ByteBuffer
        ) {
            self.count = count
            deadline = MonotonicTime.nanoseconds + UInt64(seconds * 1e9)
            self.request = request
        }

        var result: State { state.withLock { $0 } }

        /// nil: nothing is left.
        func next() -> Int? {
            if MonotonicTime.nanoseconds > deadline { return nil }
            return state.withLock { state in
                guard state.next < count else { return nil }
                state.next += 1
                return state.next - 1
            }
        }

        func answered(_ code: Int, _ length: Int, sent: UInt64) {
            let now = MonotonicTime.nanoseconds
            state.withLock { state in
                state.times.append(now - sent)
                state.lastSent = sent
                state.bytes += length
                if code >= 300 { state.refused[code, default: 0] += 1 }
            }
        }

        func ended(_ failure: String? = nil) {
            let done = state.withLock { state in
                state.running -= 1
                state.failure = state.failure ?? failure
                return state.running == 0 ? state.done : nil
            }
            done?.resume()
        }
    }

    private let round: Round
    private var reader = AnswerReader()
    private var sent: UInt64 = 0
    private var hasEnded = false

    init(_ round: Round) { self.round = round }

    /// Runs a round with so many clients.
    static func run(_ round: Round, clients: Int, _ connector: Connector) async throws {
        var channels: [any Channel] = []
        for _ in 0..<clients { channels.append(try await connector.connect { Caller(round) }) }
        round.state.withLock { $0.running = clients }
        await withCheckedContinuation { continuation in
            round.state.withLock { $0.done = continuation }
            for channel in channels { channel.pipeline.fireUserInboundEventTriggered(Begin()) }
        }
        for channel in channels { try? await channel.close() }
        let (failure, refused) = round.state.withLock { ($0.failure, $0.refused) }
        if let failure { throw BenchmarkFailure(description: failure) }
        if !refused.isEmpty {
            throw BenchmarkFailure(description: "answers by code: \(refused)")
        }
    }

    private struct Begin: Sendable {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Begin { send(context) } else { context.fireUserInboundEventTriggered(event) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.read(unwrapInboundIn(data)) { event in
            guard case .answer(let code, let length) = event else { return }
            round.answered(code, length, sent: sent)
            send(context)
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        guard let number = round.next() else {
            hasEnded = true
            round.ended()
            return
        }
        let request = round.request(number)
        sent = MonotonicTime.nanoseconds
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !hasEnded { round.ended("the server closed a connection") }
        hasEnded = true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasEnded { round.ended("\(error)") }
        hasEnded = true
        context.close(promise: nil)
    }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
}
