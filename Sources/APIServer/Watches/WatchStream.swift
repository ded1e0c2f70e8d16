import KubeAPI
import NIOCore
import NIOPosix
import Synchronization

/// A watch as the chunks of an HTTP answer, with its bookmarks and its end in time.
final class WatchStream: Sendable {
    /// Without a timeout of the client's, a watch ends after 30 to 60 minutes.
    private static let timeout: ClosedRange<Int64> = 1800...3600
    /// A chunk ends with the event that reaches it.
    private static let chunkSize = 1 << 16

    private let watch: ObjectWatch
    private let resource: Resource
    /// Of the next event.
    private let form: Mutex<ObjectForm>
    /// What the watch has reported and no chunk has told.
    private let pending = Mutex<ArraySlice<ObjectEvent>>([])
    /// What it ends with, where it is ended for a reason.
    private let last = Mutex<Status?>(nil)
    private let now: @Sendable () -> Timestamp
    private let bookmarks: RepeatedTask
    private let end: Scheduled<Void>

    init(
        _ watch: ObjectWatch, of resource: Resource, as form: ObjectForm, timeoutSeconds: Int64?,
        _ configuration: APIServer.Configuration
    ) {
        self.watch = watch
        self.resource = resource
        self.form = Mutex(form)
        now = configuration.now
        let timers = MultiThreadedEventLoopGroup.singleton.next()
        let interval = TimeAmount.seconds(configuration.bookmarkSeconds)
        bookmarks = timers.scheduleRepeatedTask(initialDelay: interval, delay: interval) {
            [weak watch] _ in watch?.nudge()
        }
        let timeout = timeoutSeconds ?? Int64.random(in: Self.timeout)
        end = timers.scheduleTask(in: .seconds(min(timeout, 86_400))) { [weak watch] in
            watch?.cancel()
        }
    }

    deinit {
        bookmarks.cancel()
        end.cancel()
    }

    func cancel() { watch.cancel() }

    /// Ends with an ERROR event.
    func end(with status: Status) {
        last.withLock { $0 = status }
        watch.cancel()
    }

    /// The next chunk; nil at the end. An error ends the stream with an ERROR event. However much there is to tell,
    /// a client that reads slowly holds up one chunk of it.
    func next() async -> WatchChunk? {
        do throws(Status) {
            if pending.withLock({ $0.isEmpty }) {
                guard let events = try await watch.next() else { return lastLine() }
                pending.withLock { $0 = events[...] }
            }
            return chunk()
        } catch {
            watch.cancel()
            return WatchChunk(ObjectEvent.Kind.line("ERROR", error.json.encoded()))
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
