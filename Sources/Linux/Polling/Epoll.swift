import CLinux
import Glibc

/// Waits for many descriptors at once: epoll(7). A descriptor leaves the set when its open file is closed.
package struct Epoll: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    package init() throws(SystemError) {
        descriptor = OwnedDescriptor(
            owning: try checked("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// What to wait for, or what came.
    package struct Interest: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let readable = Interest(rawValue: 0x1)
        package static let writable = Interest(rawValue: 0x4)
        /// Always reported: an error waits on the descriptor.
        package static let error = Interest(rawValue: 0x8)
        /// Always reported: both directions are shut down.
        package static let hangUp = Interest(rawValue: 0x10)
        /// The peer has shut down its writing.
        package static let peerClosed = Interest(rawValue: 0x2000)
        /// Of several epoll sets that wait for one descriptor, not all are woken.
        package static let exclusive = Interest(rawValue: 1 << 28)
        /// Reported once a change, not for as long as it holds.
        package static let edgeTriggered = Interest(rawValue: 1 << 31)

        /// Everything that can happen to a stream, by edges: registered once, never changed.
        package static let streamEdges = Interest(rawValue: 1 << 31 | 0x2000 | 0x4 | 0x1)

        /// One of `others` is among these. Literals of several members cost more than the test itself where they
        /// cross modules, so constants are compared by their bits.
        package func containsAny(_ others: Interest) -> Bool { rawValue & others.rawValue != 0 }

        /// Reading makes sense: bytes, FIN or both directions shut down.
        package static let somethingToRead = Interest(rawValue: 0x1 | 0x2000 | 0x10)
        package static let errorOrHangUp = Interest(rawValue: 0x8 | 0x10)
    }

    /// One descriptor's news.
    package struct Event: Sendable {
        package let token: UInt64
        package let ready: Interest
    }

    /// Waits for `interest` on a descriptor; events carry `token`.
    package func add(
        _ descriptor: borrowing OwnedDescriptor, _ interest: Interest, token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, descriptor.raw, interest, token)
    }

    package func modify(
        _ descriptor: borrowing OwnedDescriptor, _ interest: Interest, token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, descriptor.raw, interest, token)
    }

    package func remove(_ descriptor: borrowing OwnedDescriptor) throws(SystemError) {
        try control(EPOLL_CTL_DEL, descriptor.raw, [], 0)
    }

    private func control(
        _ operation: Int32, _ raw: Int32, _ interest: Interest, _ token: UInt64
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token
        let set = descriptor.raw
        try checked("epoll_ctl") { epoll_ctl(set, operation, raw, &event) }
    }

    /// Waits until there is news, at most `milliseconds` (-1: for ever), and fills `events`; returns how many.
    package func wait(
        _ events: inout EventBuffer, milliseconds: Int32 = -1
    ) throws(SystemError) -> Int {
        let set = descriptor.raw
        let (storage, capacity) = (events.storage, events.capacity)
        let count = Int(
            try checked("epoll_wait") {
                epoll_wait(set, storage, Int32(capacity), milliseconds)
            })
        events.count = count
        return count
    }

    /// Room for the events of one wait.
    package struct EventBuffer: ~Copyable {
        package let capacity: Int
        package fileprivate(set) var count = 0
        fileprivate let storage: UnsafeMutablePointer<epoll_event>

        package init(capacity: Int = 256) {
            self.capacity = capacity
            storage = .allocate(capacity: capacity)
            storage.initialize(repeating: epoll_event(), count: capacity)
        }

        deinit { storage.deallocate() }

        package subscript(index: Int) -> Event {
            precondition(index < count)
            return Event(
                token: storage[index].data.u64, ready: Interest(rawValue: storage[index].events))
        }
    }
}
