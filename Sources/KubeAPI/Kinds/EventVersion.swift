/// The two forms of an Event. Both are one object: v1 is stored, events.k8s.io/v1 has newer names for some of the
/// fields (Kubernetes, pkg/apis/events/v1/conversion.go).
package enum EventVersion {
    /// v1 name, events.k8s.io/v1 name.
    private static let renamed = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ]
    private static let toGroup = Dictionary(uniqueKeysWithValues: renamed)
    private static let toCore = Dictionary(uniqueKeysWithValues: renamed.map { ($1, $0) })

    /// A v1 Event as events.k8s.io/v1 shows it.
    package static func group(_ event: JSON) -> JSON { rename(event, toGroup, .groupEvents) }

    /// An events.k8s.io/v1 Event as v1 shows it.
    package static func core(_ event: JSON) -> JSON { rename(event, toCore, .events) }

    private static func rename(_ event: JSON, _ names: [String: String], _ to: Resource) -> JSON {
        guard let members = event.object else { return event }
        var renamed = JSONObject(members.map { (names[$0.key] ?? $0.key, $0.value) })
        renamed["kind"] = .string(to.kind)
        renamed["apiVersion"] = .string(to.apiVersion)
        return .object(renamed)
    }
}

extension Resource {
    /// An object of this resource in the form in which it is stored.
    package func stored(_ object: JSON) -> JSON {
        self == .groupEvents ? EventVersion.core(object) : object
    }

    /// A stored object in the form of this resource.
    package func shown(_ object: JSON) -> JSON {
        self == .groupEvents ? EventVersion.group(object) : object
    }
}
