import KubeAPI
import NIOCore
import NIOPosix
import Storage
import Synchronization

/// A watch as the chunks of an HTTP answer, with its bookmarks and its end in time.
final class WatchStream: Sendable {
    /// Without a timeout of the client's, a watch ends after 30 to 60 minutes.
    private static let timeout: ClosedRange<Int64> = 1800...3600
    /// A chunk ends with the event that reaches it.
    static let chunkSize = 1 << 16

    /// What a stream needs that may follow a broadcast.
    struct Sharing: Sendable {
        let selection: Selection
        /// Opens the watch again, after a revision.
        let reopen: Reopening
    }

    typealias Reopening = @Sendable (Revision) async throws(Status) -> ObjectWatch

    private struct Source {
        /// nil while it follows a broadcast, and until there is more to tell.
        var watch: ObjectWatch?
        /// Everything up to here has been told, where there is no watch.
        var told = Revision.zero
        /// Ends the following.
        var release: (@Sendable () -> Void)?
        var wantsBookmark = false
        var isCancelled = false
    }

    private let source: Mutex<Source>
    private let sharing: Sharing?
    private let resource: Resource
    /// Of the next event.
    private let form: Mutex<ObjectForm>
    /// What the watch has reported and no chunk has told.
    private let pending = Mutex<ArraySlice<ObjectEvent>>([])
    /// What it ends with, where it is ended for a reason.
    private let last = Mutex<Status?>(nil)
    let now: @Sendable () -> Timestamp
    private let timers = Mutex<(bookmarks: RepeatedTask?, end: Scheduled<Void>)?>(nil)

    init(
        _ watch: ObjectWatch, of resource: Resource, as form: ObjectForm, timeoutSeconds: Int64?,
        sharing: Sharing? = nil, _ configuration: APIServer.Configuration
    ) {
        source = Mutex(Source(watch: watch))
        self.sharing = sharing
        self.resource = resource
        self.form = Mutex(form)
        now = configuration.now
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let interval = TimeAmount.seconds(configuration.bookmarkSeconds)
        var bookmarks: RepeatedTask?
        if watch.allowsBookmarks {
            bookmarks = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) {
                [weak self] _ in self?.nudge()
            }
        }
        let timeout = timeoutSeconds ?? Int64.random(in: Self.timeout)
        let end = loop.scheduleTask(in: .seconds(min(timeout, 86_400))) { [weak self] in
            if let self { self.cancel() }
        }
        timers.withLock { [bookmarks] in $0 = (bookmarks, end) }
    }

    deinit {
        timers.withLock { timers in
            timers?.bookmarks?.cancel()
            timers?.end.cancel()
        }
    }

    func cancel() {
        let (watch, release) = source.withLock { source in
            source.isCancelled = true
            return (source.watch, source.release)
        }
        watch?.cancel()
        release?()
    }

    /// Asks for a bookmark.
    private func nudge() {
        let release = source.withLock { source in
            if let watch = source.watch { watch.nudge() } else { source.wantsBookmark = true }
            return source.release
        }
        release?()
    }

    /// Ends with an ERROR event.
    func end(with status: Status) {
        last.withLock { $0 = status }
        cancel()
    }

    /// The next chunk; nil at the end. An error ends the stream with an ERROR event. However much there is to tell,
    /// a client that reads slowly holds up one chunk of it.
    func next() async -> WatchChunk? {
        do throws(Status) {
            if pending.withLock({ $0.isEmpty }) {
                guard let watch = try await openWatch(), let events = try await watch.next()
                else { return lastLine() }
                pending.withLock { $0 = events[...] }
            }
            return chunk()
        } catch {
            cancel()
            return WatchChunk(ObjectEvent.Kind.line("ERROR", error.json.encoded()))
        }
    }

    /// The watch, opened again if it was settled; nil when the stream was cancelled.
    private func openWatch() async throws(Status) -> ObjectWatch? {
        let (watch, told, isOver) = source.withLock { ($0.watch, $0.told, $0.isCancelled) }
        if watch != nil || isOver { return watch }
        guard let opened = try await sharing?.reopen(told) else { return nil }
        let (isCancelled, wantsBookmark) = source.withLock { source in
            defer { source.wantsBookmark = false }
            if !source.isCancelled { source.watch = opened }
            return (source.isCancelled, source.wantsBookmark)
        }
        if isCancelled { return nil }
        if wantsBookmark { opened.nudge() }
        return opened
    }

    // MARK: Following a broadcast

    /// What the stream tells from now on, where others may be told the same.
    var shared: (topic: WatchTopic, reopen: Reopening)? {
        guard let sharing else { return nil }
        let form = form.withLock { $0 }
        guard form == form.continued else { return nil }
        let topic = WatchTopic(resource: resource, selection: sharing.selection, form: form)
        return (topic, sharing.reopen)
    }

    /// Ends the stream's own watch if everything there is has been told, up to the revision that is returned.
    func settle() -> Revision? {
        guard pending.withLock({ $0.isEmpty }) else { return nil }
        return source.withLock { source in
            guard !source.isCancelled, let told = source.watch?.settle() else { return nil }
            source.watch = nil
            source.told = told
            return told
        }
    }

    /// Opens the watch again, so that what comes meanwhile does not become too old for a slow client.
    func unsettle() async { _ = try? await openWatch() }

    /// - Parameter release: ends the following soon.
    /// - Returns: false if the stream has to go on by itself at once.
    func beginFollowing(_ release: @escaping @Sendable () -> Void) -> Bool {
        source.withLock { source in
            if source.isCancelled || source.wantsBookmark { return false }
            source.release = release
            return true
        }
    }

    /// - Parameter revision: everything up to here has been told.
    func endFollowing(told revision: Revision) {
        source.withLock { source in
            source.release = nil
            source.told = revision
        }
    }

    private func lastLine() -> WatchChunk? {
        last.withLock { status in
            defer { status = nil }
            return status.map {
                WatchChunk(ObjectEvent.Kind.line("ERROR", $0.json.encoded()))
            }
        }
    }

    private func chunk() -> WatchChunk {
        pending.withLock { pending in
            guard let first = pending.popFirst() else { return WatchChunk([]) }
            // Mostly there is one, and all watches share its bytes.
            if pending.isEmpty, case .change(let kind, let prepared) = first {
                return prepared.chunk(kind, nextForm(first), now: now())
            }
            var bytes = line(first)
            while bytes.count < Self.chunkSize, let event = pending.popFirst() {
                bytes += line(event)
            }
            return WatchChunk(bytes)
        }
    }

    private func nextForm(_ event: ObjectEvent) -> ObjectForm {
        form.withLock { form in
            defer { if case .bookmark = event {} else { form = form.continued } }
            return form
        }
    }

    private func line(_ event: ObjectEvent) -> [UInt8] {
        let form = nextForm(event)
        switch event {
        case .initial(let value):
            let object = form.encode(value.object, of: resource, now: now())
            return ObjectEvent.Kind.added.line(object)
        case .change(let kind, let prepared):
            return Array(prepared.chunk(kind, form, now: now()).content.readableBytesView)
        case .bookmark(let revision, let endsInitial):
            return ObjectEvent.Kind.line(
                "BOOKMARK", form.bookmark(revision, of: resource, endsInitial: endsInitial))
        }
    }
}
