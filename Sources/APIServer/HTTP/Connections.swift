import NIOCore
import Synchronization

/// The open connections, so that a stop ends the idle ones at once and the busy ones after their answer.
final class Connections: Sendable {
    private struct Entry {
        let channel: any Channel
        var isBusy = false
        var onStop: (@Sendable () -> Void)?
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64 = 0
        /// Those without a client certificate, or not yet: the oldest first.
        var anonymous: [UInt64] = []
        var isStopping = false
    }

    private let state = Mutex(State())
    private let mostAnonymous: Int

    init(mostAnonymous: Int) { self.mostAnonymous = mostAnonymous }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// A new connection is anonymous. One too many ends the oldest, so that newcomers always get their turn.
    func add(_ channel: any Channel) -> UInt64 {
        let (id, excess) = state.withLock { state -> (UInt64, (any Channel)?) in
            state.last += 1
            state.entries[state.last] = Entry(channel: channel)
            state.anonymous.append(state.last)
            guard state.anonymous.count > mostAnonymous else { return (state.last, nil) }
            return (state.last, state.entries[state.anonymous.removeFirst()]?.channel)
        }
        excess?.close(promise: nil)
        return id
    }

    /// The client has shown who it is.
    func identify(_ id: UInt64) {
        state.withLock { $0.anonymous.removeAll { $0 == id } }
    }

    func remove(_ id: UInt64) {
        state.withLock { state in
            state.entries[id] = nil
            state.anonymous.removeAll { $0 == id }
        }
    }

    /// A request has begun; false if no more are taken.
    func begin(_ id: UInt64) -> Bool {
        state.withLock { state in
            state.entries[id]?.isBusy = true
            return !state.isStopping
        }
    }

    /// The request has been answered; false if no more are taken.
    func end(_ id: UInt64) -> Bool {
        state.withLock { state in
            state.entries[id]?.isBusy = false
            state.entries[id]?.onStop = nil
            return !state.isStopping
        }
    }

    /// Runs at the stop, or now if it has come.
    func onStop(_ id: UInt64, _ body: @escaping @Sendable () -> Void) {
        let isStopping = state.withLock { state in
            state.entries[id]?.onStop = body
            return state.isStopping
        }
        if isStopping { body() }
    }

    /// Ends idle connections and open watches; no connection takes another request.
    func stop() {
        let entries = state.withLock { state in
            state.isStopping = true
            return Array(state.entries.values)
        }
        for entry in entries {
            if entry.isBusy { entry.onStop?() } else { entry.channel.close(promise: nil) }
        }
    }

    /// Ends what is still open.
    func closeAll() {
        let entries = state.withLock { Array($0.entries.values) }
        for entry in entries { entry.channel.close(promise: nil) }
    }
}
