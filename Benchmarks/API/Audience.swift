import Linux
import NIOCore
import NIOPosix

/// Many open watches on one server, and how long they wait for an event after a write.
struct Audience {
    /// A write and what came of it, in nanoseconds.
    struct Waits {
        var writes: [UInt64] = []
        var sinceWrite: [UInt64] = []
        var sinceAnswer: [UInt64] = []
        /// Of an event, with the frame of its chunk.
        var size = 0
    }

    private let crowd: Watcher.Crowd
    private let channels: [any Channel]

    /// Opens watches, few at a time: a server in a handshake with many strangers drops the oldest of them.
    static func open(_ count: Int, of request: ByteBuffer, _ connector: Connector) async throws
        -> Audience
    {
        let crowd = Watcher.Crowd()
        var channels: [any Channel] = []
        for index in 1...count {
            channels.append(
                try await connector.connect(front: { Doorbell(crowd) }) {
                    Watcher(crowd, request)
                })
            if index.isMultiple(of: 50) { try await crowd.open(index) }
        }
        try await crowd.open(count)
        return Audience(crowd: crowd, channels: channels)
    }

    func close() { for channel in channels { channel.close(promise: nil) } }

    /// Waits until each has been told what was there before: that may be more than one event.
    func settle() async throws {
        try await crowd.read(channels.count)
        try await Task.sleep(for: .seconds(1))
    }

    /// Reads what the doorbells have kept: one event for each watch, or it was none that came.
    private func readAll() async throws {
        crowd.stopHolding()
        for channel in channels {
            channel.eventLoop.execute {
                try? channel.pipeline.syncOperations.handler(type: Doorbell.self).open()
            }
        }
        try await crowd.read(channels.count)
    }

    /// Makes a write and waits until all have seen it, again and again.
    func wait(
        for events: Int, _ writer: Connector, _ write: @escaping @Sendable (Int) -> ByteBuffer
    ) async throws -> Waits {
        var waits = Waits()
        for event in 0..<events {
            crowd.begin()
            let round = Caller.Round(count: 1) { _ in write(event) }
            try await Caller.run(round, clients: 1, writer)
            let (time, sent) = (round.result.times[0], round.result.lastSent)
            let arrivals = try await crowd.arrivals(channels.count)
            try await readAll()
            waits.size = crowd.bytes / arrivals.count
            for arrival in arrivals {
                waits.sinceWrite.append(arrival - sent)
                waits.sinceAnswer.append(arrival > sent + time ? arrival - sent - time : 0)
            }
            waits.writes.append(time)
            try await Task.sleep(for: .milliseconds(50))
        }
        return waits
    }
}
