import NIOCore
import NIOHTTP1

/// Closes a connection whose client keeps it waiting: for a request, for the rest of one, or by not reading what is
/// sent. Its place is behind the HTTP codec.
final class ClientPatience: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ClientLimits
    /// nil while the server has the word.
    private var reading: NIODeadline?
    /// nil while the client reads.
    private var writing: NIODeadline?
    private var timer: (time: NIODeadline, task: Scheduled<Void>)?

    init(_ limits: ClientLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        reading = context.eventLoop.now + limits.firstRequest
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            reading = context.eventLoop.now + limits.body
            arm(context)
        case .body: break
        case .end: reading = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            reading = context.eventLoop.now + limits.idle
            arm(context)
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writing = context.channel.isWritable ? nil : context.eventLoop.now + limits.unread
        arm(context)
        context.fireChannelWritabilityChanged()
    }

    /// Has the timer fire at the next deadline at the latest; a timer that fires early is set anew.
    private func arm(_ context: ChannelHandlerContext) {
        guard let next = [reading, writing].compactMap({ $0 }).min() else { return }
        if let timer {
            if timer.time <= next { return }
            timer.task.cancel()
        }
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let task = context.value.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
            self.timer = nil
            self.check(context.value)
        }
        timer = (next, task)
    }

    private func check(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        if let next = [reading, writing].compactMap({ $0 }).min(), next <= now {
            context.close(promise: nil)
        } else {
            arm(context)
        }
    }
}
