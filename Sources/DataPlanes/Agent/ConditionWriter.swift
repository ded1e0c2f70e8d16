import KubeAPI
import Synchronization
import Watching

/// Writes conditions into the status of Services and Pods, and a Warning Event with each False on a Service.
/// Only a change is written; a refused write is tried again.
final class ConditionWriter: Reconciler {
    enum Key: Hashable, Sendable {
        case service(ObjectName)
        case pod(ObjectName)

        var resource: Resource {
            switch self {
            case .service: .services
            case .pod: .pods
            }
        }

        var name: ObjectName {
            switch self {
            case .service(let name), .pod(let name): name
            }
        }
    }

    let queue = WorkQueue<Key>()
    private let wanted = Mutex<[Key: Condition]>([:])
    private let client: any ObjectClient
    private let events: EventRecorder
    private let time: TimeSource

    init(_ client: any ObjectClient, events: EventRecorder, time: TimeSource) {
        self.client = client
        self.events = events
        self.time = time
    }

    func want(_ condition: Condition, on key: Key) {
        wanted.withLock { $0[key] = condition }
        queue.add(key)
    }

    func reconcile(_ key: Key) async throws(Status) -> Reconciliation {
        guard let condition = wanted.withLock({ $0[key] }) else { return .done }
        do throws(Status) {
            if try await write(condition, key) { await tell(condition, key) }
        } catch  where error.reason == .notFound {
            // The object is gone, and its condition with it.
        }
        wanted.withLock { if $0[key] == condition { $0[key] = nil } }
        return .done
    }

    /// True if something was written.
    private func write(_ condition: Condition, _ key: Key) async throws(Status) -> Bool {
        let stored = try await client.get(key.resource, key.name)
        guard var object = try? stored.json() else { return false }
        let metadata = ObjectMeta(json: object["metadata"] ?? .null)
        // A Pod of the same name may have taken the place of the one that was meant.
        if case .pod = key, metadata.deletionTimestamp == nil { return false }
        var condition = condition
        if case .service = key, metadata.generation > 0 {
            condition.observedGeneration = metadata.generation
        }
        guard object.set(condition, at: time.timestamp) else { return false }
        _ = try await client.update(key.resource, object, subresource: "status")
        return true
    }

    private func tell(_ condition: Condition, _ key: Key) async {
        guard case .service(let name) = key, condition.status == "False",
            let json = try? await client.get(.services, name).json()
        else { return }
        await events.record(
            .warning, about: Service(json: json), reason: condition.reason, condition.message)
    }
}

extension JSON {
    /// Sets a condition of `status.conditions`; false if it is there already.
    fileprivate mutating func set(_ condition: Condition, at now: Timestamp) -> Bool {
        var conditions = value(at: "status", "conditions")?.array ?? []
        let index = conditions.firstIndex { $0["type"]?.string == condition.type }
        let old = index.map { Condition(json: conditions[$0]) }
        if let old, old.status == condition.status, old.reason == condition.reason,
            old.message == condition.message
        {
            return false
        }
        var new = condition
        new.lastTransitionTime =
            old?.status == condition.status ? old?.lastTransitionTime : now.description
        if let index { conditions[index] = new.json } else { conditions.append(new.json) }
        var status = self["status"] ?? [:]
        status["conditions"] = .array(conditions)
        self["status"] = status
        return true
    }
}
