/// v1 Event: what happened to an object, as `kubectl describe` and `kubectl get events` print it. Repeats of one
/// event raise `count` (or `series.count`) and `lastTimestamp`.
package struct Event: Equatable, Sendable {
    package var metadata: ObjectMeta
    package var involvedObject: ObjectReference
    /// One CamelCase word, such as `FailedToApply`.
    package var reason = ""
    package var message = ""
    /// `source.component` and `source.host`.
    package var source = Source()
    package var firstTimestamp: Timestamp?
    package var lastTimestamp: Timestamp?
    package var count: Int64 = 0
    /// "Normal" or "Warning".
    package var type = ""
    /// RFC 3339 text with microseconds, where the writer speaks events.k8s.io/v1.
    package var eventTime: String?
    package var series: Series?
    package var action = ""
    package var related: ObjectReference?
    /// The controller that wrote it, such as `pointsman.dev/proxy-agent`.
    package var reportingComponent = ""
    package var reportingInstance = ""

    package init(metadata: ObjectMeta, involvedObject: ObjectReference) {
        self.metadata = metadata
        self.involvedObject = involvedObject
    }

    /// `source`.
    package struct Source: Equatable, Sendable {
        package var component = ""
        package var host = ""

        package init(component: String = "", host: String = "") {
            self.component = component
            self.host = host
        }
    }

    /// `series`.
    package struct Series: Equatable, Sendable {
        package var count: Int64
        /// RFC 3339 text with microseconds.
        package var lastObservedTime: String?

        package init(count: Int64, lastObservedTime: String? = nil) {
            self.count = count
            self.lastObservedTime = lastObservedTime
        }
    }
}
