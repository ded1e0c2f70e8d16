import APIClient
import KubeAPI
import Synchronization
import Watching

/// What one watcher makes of the events of a resource: list once, then watch, and after every end of the watch go on
/// where it was. No event may be missing, come twice or come out of order; of Services no two may hold one address or
/// port at any moment.
final class View: Sendable {
    private struct State {
        var objects: [ObjectName: ResourceVersion] = [:]
        var version = ResourceVersion.unset
        var holdings = Holdings()
        var events = 0
    }

    let resource: Resource
    private let target: Target
    private let findings: Findings
    private let state = Mutex(State())

    init(_ resource: Resource, _ target: Target, _ findings: Findings) {
        self.resource = resource
        self.target = target
        self.findings = findings
    }

    var version: ResourceVersion { state.withLock { $0.version } }
    var objects: [ObjectName: ResourceVersion] { state.withLock { $0.objects } }

    /// Watches until the task is cancelled.
    func run() async {
        guard let client = try? APIClient(target.kubeconfig, userAgent: "soak-watcher") else {
            return findings.violated("no client for the watch of \(resource)")
        }
        while !Task.isCancelled {
            do {
                if version == .unset { try await list(client) }
                for try await event in client.watch(resource, since: version, ListOptions()) {
                    take(event)
                }
            } catch let status as Status where status.reason == .expired {
                findings.count("watches that had to list again")
                state.withLock { $0.version = .unset }
            } catch {}
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func list(_ client: APIClient) async throws {
        let list = try await client.list(resource, ListOptions())
        state.withLock { state in
            state = State()
            state.version = list.resourceVersion
            for item in list.items {
                guard let json = try? item.json() else { continue }
                let name = ObjectMeta(json: json["metadata"] ?? [:]).objectName
                state.objects[name] = item.resourceVersion
                if resource == .services { note(state.holdings.set(Service(json: json))) }
            }
        }
    }

    private func take(_ event: WatchEvent) {
        state.withLock { state in
            let wasNew = state.version
            state.version = max(state.version, event.resourceVersion)
            switch event {
            case .bookmark(let version):
                if version < wasNew { wrong("a bookmark goes back", event) }
                return
            case .added, .modified, .deleted:
                if event.resourceVersion <= wasNew { wrong("out of order or twice", event) }
            }
            state.events += 1
            apply(event, &state)
        }
    }

    private func apply(_ event: WatchEvent, _ state: inout State) {
        switch event {
        case .added(let object), .modified(let object):
            guard let json = try? object.json() else { return wrong("unreadable", event) }
            let name = ObjectMeta(json: json["metadata"] ?? [:]).objectName
            let old = state.objects.updateValue(object.resourceVersion, forKey: name)
            if case .added = event, old != nil { wrong("\(name) was there", event) }
            if case .modified = event, old == nil { wrong("\(name) was not there", event) }
            if resource == .services { note(state.holdings.set(Service(json: json))) }
        case .deleted(let object):
            guard let json = try? object.json() else { return wrong("unreadable", event) }
            let name = ObjectMeta(json: json["metadata"] ?? [:]).objectName
            if state.objects.removeValue(forKey: name) == nil {
                wrong("\(name) was not there", event)
            }
            if resource == .services { state.holdings.remove(name) }
        case .bookmark: break
        }
    }

    private func wrong(_ what: String, _ event: WatchEvent) {
        findings.violated("watch of \(resource) at \(event.resourceVersion): \(what)")
    }

    private func note(_ doubles: [String]) {
        for double in doubles { findings.violated("watch of services: \(double)") }
    }
}
