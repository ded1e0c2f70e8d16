package import KubeAPI

/// Keeps one ObjectCache equal to one resource of a source: list, watch, and again when a watch ends or fails.
package struct Reflector<Kind: KubeObject>: Sendable {
    private let source: any ObjectSource
    private let options: ListOptions
    private let cache: ObjectCache<Kind>
    private let time: TimeSource
    private let jitter: @Sendable () -> Double
    private let report: @Sendable (String) -> Void

    /// `jitter` gives numbers in 0..<1; `report` is told, in a sentence, what goes wrong.
    package init(
        _ source: any ObjectSource, into cache: ObjectCache<Kind>,
        options: ListOptions = ListOptions(), time: TimeSource,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.source = source
        self.options = options
        self.cache = cache
        self.time = time
        self.jitter = jitter
        self.report = report
    }

    /// Runs until its task is cancelled; nothing that a server answers ends it.
    package func run() async {
        var machine = ReflectorStateMachine()
        var action = machine.start()
        while !Task.isCancelled {
            switch action {
            case .list: action = await list(&machine)
            case .watch(let version): action = await watch(since: version, &machine)
            case .wait(let delay):
                guard (try? await time.sleep(delay)) != nil else { return }
                action = machine.waited()
            }
        }
    }

    private func list(_ machine: inout ReflectorStateMachine) async -> ReflectorStateMachine.Action
    {
        do {
            let list = try await source.list(Kind.resource, options)
            var objects: [CachedObject<Kind>] = []
            objects.reserveCapacity(list.items.count)
            for item in list.items { objects.append(try CachedObject(item)) }
            cache.replace(with: objects, at: list.resourceVersion)
            return machine.listed(at: list.resourceVersion)
        } catch {
            report("list of \(Kind.resource) failed: \(error)")
            return machine.listFailed(jitter: jitter())
        }
    }

    private func watch(
        since version: ResourceVersion, _ machine: inout ReflectorStateMachine
    ) async -> ReflectorStateMachine.Action {
        let start = time.now()
        var events = 0
        do {
            for try await event in source.watch(Kind.resource, since: version, options) {
                try cache.apply(event)
                machine.received(event.resourceVersion)
                events += 1
            }
            return machine.watchEnded(
                after: time.now() - start, events: events, jitter: jitter())
        } catch let status as Status {
            report("watch of \(Kind.resource) failed: \(status)")
            return machine.watchFailed(status, jitter: jitter())
        } catch {
            report("watch of \(Kind.resource) sent what cannot be read: \(error)")
            return machine.watchUnreadable(jitter: jitter())
        }
    }
}

extension WatchEvent {
    /// Where a watch continues after this event.
    package var resourceVersion: ResourceVersion {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object):
            object.resourceVersion
        case .bookmark(let version): version
        }
    }
}
