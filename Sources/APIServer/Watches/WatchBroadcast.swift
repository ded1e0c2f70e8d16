import KubeAPI
import NIOCore
import Storage
import Synchronization

/// What watches that are told the same have in common.
struct WatchTopic: Hashable, Sendable {
    let resource: Resource
    let selection: Selection
    let form: ObjectForm
}

/// The watches of one event loop that have been told everything so far, and are told the same from here on: the log is
/// asked once for all of them, and each client gets the same bytes by one call, without a task of its own being woken.
/// Who is too slow, wants a bookmark or ends leaves, and goes on by itself from where it was.
final class WatchBroadcast: Sendable {
    private struct Follower {
        let id: UInt64
        let lane: ChunkLane
        /// Everything up to here has been told.
        var told: Revision
        let done: CheckedContinuation<Revision?, Never>
    }

    private struct State {
        /// In the order of their ids.
        var followers: [Follower] = []
        var last: UInt64 = 0
        var watch: ObjectWatch?
        /// Which of the followers is told next, while there is something to tell.
        var next: Int?
    }

    /// So many are told before the event loop looks after its sockets.
    private static let atOnce = 64

    private let topic: WatchTopic
    private let loop: any EventLoop
    private let now: @Sendable () -> Timestamp
    /// Called when nobody follows any more, on the event loop.
    private let whenOver: @Sendable (WatchBroadcast) -> Void
    private let state: NIOLoopBoundBox<State>

    /// On the event loop.
    init(
        _ topic: WatchTopic, on loop: any EventLoop, now: @escaping @Sendable () -> Timestamp,
        whenOver: @escaping @Sendable (WatchBroadcast) -> Void
    ) {
        self.topic = topic
        self.loop = loop
        self.now = now
        self.whenOver = whenOver
        state = NIOLoopBoundBox(State(), eventLoop: loop)
    }

    /// Asks a watch for news, for as long as somebody follows.
    func run(_ open: WatchStream.Reopening) async {
        // Who follows by now, and has been told least, is told all that comes.
        if let told = state.value.followers.map(\.told).min(), let watch = try? await open(told) {
            state.value.watch = watch
            if state.value.followers.isEmpty { watch.cancel() }
            while let events = try? await watch.next() { await tell(events) }
        }
        // The watch is over: each follower learns by itself why.
        while !state.value.followers.isEmpty { leave(at: state.value.followers.count - 1) }
        whenOver(self)
    }

    /// Lets a stream follow until it wants, or has, to go on by itself; then `done` gets the revision up to which
    /// everything has been told. On the event loop.
    func add(
        _ stream: WatchStream, _ lane: ChunkLane, told: Revision,
        _ done: CheckedContinuation<Revision?, Never>
    ) {
        state.value.last += 1
        let id = state.value.last
        state.value.followers.append(Follower(id: id, lane: lane, told: told, done: done))
        let mayFollow = stream.beginFollowing { [loop] in
            loop.execute { self.leave(id) }
        }
        if !mayFollow { leave(id) }
    }

    private func leave(_ id: UInt64) {
        guard let place = state.value.followers.lastIndex(where: { $0.id == id }) else { return }
        leave(at: place)
    }

    private func leave(at place: Int) {
        let follower = state.value.followers.remove(at: place)
        if let next = state.value.next, place < next { state.value.next = next - 1 }
        // However long nothing came for it: what it has seen does not become too old.
        let reached = state.value.watch?.reached ?? follower.told
        follower.done.resume(returning: max(follower.told, reached))
        if state.value.followers.isEmpty {
            state.value.watch?.cancel()
            whenOver(self)
        }
    }

    private func tell(_ events: [ObjectEvent]) async {
        let pieces = WatchPiece.pieces(of: events, topic.form, now: now())
        guard let first = events.first?.revision, let newest = state.value.followers.last?.id
        else { return }
        state.value.next = 0
        var count = 0
        while let place = state.value.next, place < state.value.followers.count,
            state.value.followers[place].id <= newest
        {
            state.value.next = place + 1
            tell(pieces, since: first, at: place)
            count += 1
            if count.isMultiple(of: Self.atOnce) { await turn() }
        }
        state.value.next = nil
    }

    private func tell(_ pieces: [WatchPiece], since first: Revision, at place: Int) {
        let follower = state.value.followers[place]
        // Who came when a part of it was told already goes on by itself.
        guard first > follower.told else { return leave(at: place) }
        for piece in pieces {
            state.value.followers[place].told = piece.revision
            if !follower.lane.send(piece.chunk) { return leave(at: place) }
        }
    }

    /// Lets the event loop look after its sockets.
    private func turn() async {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume() }
        }
    }
}

/// Events that are told as one chunk.
struct WatchPiece {
    let chunk: WatchChunk
    /// Of the last event.
    let revision: Revision

    static func pieces(
        of events: [ObjectEvent], _ form: ObjectForm, now: Timestamp
    ) -> [WatchPiece] {
        var pieces: [WatchPiece] = []
        var bytes: [UInt8] = []
        for (index, event) in events.enumerated() {
            guard case .change(let kind, let prepared) = event else { continue }
            let chunk = prepared.chunk(kind, form, now: now)
            // Mostly there is one, and all watches share its bytes.
            if events.count == 1 { return [WatchPiece(chunk: chunk, revision: prepared.revision)] }
            bytes += chunk.content.readableBytesView
            if bytes.count >= WatchStream.chunkSize || index == events.count - 1 {
                pieces.append(WatchPiece(chunk: WatchChunk(bytes), revision: prepared.revision))
                bytes = []
            }
        }
        return pieces
    }
}

/// The broadcasts of a server.
final class WatchBroadcasts: Sendable {
    private struct Key: Hashable {
        let topic: WatchTopic
        let loop: ObjectIdentifier
    }

    private let all = Mutex<[Key: WatchBroadcast]>([:])

    /// Lets a stream that has told everything follow a broadcast. Returns when it has to go on by itself; at once if it has
    /// something to tell, or tells what nobody else could be told.
    func follow(_ stream: WatchStream, _ lane: ChunkLane, on loop: any EventLoop) async {
        guard loop.inEventLoop, let sharing = stream.shared else { return }
        // All in one step on the event loop: what comes after the settling is told by the broadcast.
        let reached = await withCheckedContinuation {
            (done: CheckedContinuation<Revision?, Never>) in
            guard let told = stream.settle() else { return done.resume(returning: nil) }
            let opened = broadcast(sharing.topic, stream, on: loop) {
                $0.add(stream, lane, told: told, done)
            }
            guard let broadcast = opened else { return }
            Task(executorPreference: EventLoopExecutor.watches(of: loop)) {
                await broadcast.run(sharing.reopen)
            }
        }
        if let reached { stream.endFollowing(told: reached) }
    }

    /// - Returns: the broadcast, where there was none.
    private func broadcast(
        _ topic: WatchTopic, _ stream: WatchStream, on loop: any EventLoop,
        _ use: (WatchBroadcast) -> Void
    ) -> WatchBroadcast? {
        let key = Key(topic: topic, loop: ObjectIdentifier(loop))
        if let known = all.withLock({ $0[key] }) {
            use(known)
            return nil
        }
        let broadcast = WatchBroadcast(topic, on: loop, now: stream.now) { [weak self] in
            self?.remove($0, key)
        }
        all.withLock { $0[key] = broadcast }
        use(broadcast)
        return broadcast
    }

    private func remove(_ broadcast: WatchBroadcast, _ key: Key) {
        all.withLock { all in if all[key] === broadcast { all[key] = nil } }
    }
}
