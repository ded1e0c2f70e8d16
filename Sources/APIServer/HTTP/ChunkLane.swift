import NIOCore

/// Writes the chunks of a watch past the HTTP codec: one buffer and one TLS record an event instead of three, and one
/// handler instead of six. Its place is between TLS and the codec; the head and the end of the answer go the usual
/// way.
final class ChunkLane: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct State {
        var context: ChannelHandlerContext?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: NIOLoopBoundBox<State>
    private let loop: any EventLoop

    /// On the event loop.
    init(_ loop: any EventLoop) {
        self.loop = loop
        state = NIOLoopBoundBox(State(), eventLoop: loop)
    }

    func handlerAdded(context: ChannelHandlerContext) { state.value.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        state.value.context = nil
        wake()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { wake() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        wake()
        context.fireChannelInactive()
    }

    /// Writes a chunk. Returns once the client's pace allows another one, or there is no client any more.
    func write(_ chunk: WatchChunk) async {
        // A watch runs on its event loop (see EventLoopExecutor): then nothing is to be waited for.
        if loop.inEventLoop, send(chunk) { return }
        let isSent = loop.inEventLoop
        await withCheckedContinuation { continuation in
            loop.execute {
                if isSent || !self.send(chunk) {
                    self.wait(continuation)
                } else {
                    continuation.resume()
                }
            }
        }
    }

    /// Returns once the client's pace allows another chunk, or there is no client any more.
    func drain() async {
        await withCheckedContinuation { continuation in
            loop.execute { self.wait(continuation) }
        }
    }

    /// Writes a chunk, on the event loop. True if more may be written at once.
    func send(_ chunk: WatchChunk) -> Bool {
        guard let context = state.value.context else { return true }
        context.writeAndFlush(wrapOutboundOut(chunk.framed), promise: nil)
        return context.channel.isWritable
    }

    /// Whether more may be written at once; on the event loop.
    var isWritable: Bool { state.value.context?.channel.isWritable ?? true }

    private func wait(_ continuation: CheckedContinuation<Void, Never>) {
        let isOver = state.value.context.map { $0.channel.isWritable || !$0.channel.isActive }
        if isOver ?? true { continuation.resume() } else { state.value.waiting = continuation }
    }

    private func wake() {
        state.value.waiting?.resume()
        state.value.waiting = nil
    }
}
