package import KubeAPI
import Synchronization

/// Tells users what happened to an object, as Events. A repeat of the same Event raises its count; repeats within
/// a minute are not written. Nothing that goes wrong here disturbs the caller.
package final class EventRecorder: Sendable {
    package enum Severity: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    private static let quietTime = Duration.seconds(60)
    private let client: any ObjectClient
    private let component: String
    private let time: TimeSource
    private let lastWritten = Mutex<[ObjectName: Duration]>([:])

    /// `component` names the writer, such as `pointsman-controllers`.
    package init(_ client: any ObjectClient, component: String, time: TimeSource) {
        self.client = client
        self.component = component
        self.time = time
    }

    /// Writes an Event about the object. `reason` is one CamelCase word, `message` a sentence.
    package func record(
        _ severity: Severity, about object: some KubeObject, reason: String, _ message: String
    ) async {
        let event = event(severity, Self.reference(to: object), reason, message)
        let name = event.metadata.objectName
        guard claim(name) else { return }
        do throws(Status) {
            do throws(Status) {
                _ = try await client.create(.events, event.json)
            } catch  where error.reason == .alreadyExists {
                try await raise(name, event)
            }
        } catch {
            lastWritten.withLock { $0[name] = nil }
        }
    }

    private func claim(_ name: ObjectName) -> Bool {
        let now = time.now()
        return lastWritten.withLock { lastWritten in
            if let last = lastWritten[name], now - last < Self.quietTime { return false }
            if lastWritten.count > 4096 {
                lastWritten = lastWritten.filter { now - $0.value < Self.quietTime }
            }
            lastWritten[name] = now
            return true
        }
    }

    private func raise(_ name: ObjectName, _ event: Event) async throws(Status) {
        let json = try? await client.get(.events, name).json()
        guard let json else { return }
        var stored = Event(json: json)
        stored.count = max(stored.count, 1) + 1
        stored.lastTimestamp = event.lastTimestamp
        _ = try await client.update(.events, stored.json)
    }

    private func event(
        _ severity: Severity, _ object: ObjectReference, _ reason: String, _ message: String
    ) -> Event {
        let namespace = object.namespace.isEmpty ? "default" : object.namespace
        let digest = Self.digest([object.uid, reason, message, component])
        var event = Event(
            metadata: ObjectMeta(name: "\(object.name).\(digest)", namespace: namespace),
            involvedObject: object)
        event.reason = reason
        event.message = message
        event.type = severity.rawValue
        event.source = Event.Source(component: component)
        event.reportingComponent = component
        event.firstTimestamp = time.timestamp
        event.lastTimestamp = time.timestamp
        event.count = 1
        return event
    }

    private static func reference<Kind: KubeObject>(to object: Kind) -> ObjectReference {
        var reference = ObjectReference(
            kind: Kind.resource.kind, namespace: object.metadata.namespace,
            name: object.metadata.name, uid: object.metadata.uid)
        reference.apiVersion = Kind.resource.apiVersion
        return reference
    }

    /// FNV-1a: the same Event has the same name after a restart.
    private static func digest(_ texts: [String]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in texts.joined(separator: "\0").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
