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
        let buffer = chunk.framed
        // A watch runs on its event loop (see EventLoopExecutor): then nothing is to be waited for.
        if loop.inEventLoop, send(buffer) { return }
        let isSent = loop.inEventLoop
        await withCheckedContinuation { continuation in
            loop.execute { [buffer] in
                if isSent || !self.send(buffer) {
                    self.wait(continuation)
                } else {
                    continuation.resume()
                }
            }
        }
    }

    /// True if more may be written at once.
    private func send(_ buffer: ByteBuffer) -> Bool {
        guard let context = state.value.context else { return true }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        return context.channel.isWritable
    }

    private func wait(_ continuation: CheckedContinuation<Void, Never>) {
        let isOver = state.value.context.map { $0.channel.isWritable || !$0.channel.isActive }
        if isOver ?? true { continuation.resume() } else { state.value.waiting = continuation }
    }

    private func wake() {
        state.value.waiting?.resume()
        state.value.waiting = nil
    }
}
