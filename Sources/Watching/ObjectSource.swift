package import KubeAPI

/// Where objects are read from: the store in this process, or any Kubernetes API server over HTTPS.
package protocol ObjectSource: Sendable {
    /// All objects of a resource, over all namespaces, at one resourceVersion.
    func list(_ resource: Resource, _ options: ListOptions) async throws(Status) -> ObjectList

    /// Every change after `since`, in order. The stream ends normally when the server ends the watch, and throws
    /// a `Status` of reason `expired` or `gone` when `since` has been compacted: then list again. Cancelling the
    /// task that iterates ends the watch.
    func watch(
        _ resource: Resource, since: ResourceVersion, _ options: ListOptions
    ) -> AsyncThrowingStream<WatchEvent, any Error>
}

/// What a list or a watch is limited to. Empty texts select everything.
package struct ListOptions: Sendable, Equatable {
    /// As in a URL: `app=web,tier in (a,b)`.
    package var labelSelector = ""
    /// As in a URL: `metadata.name=web`.
    package var fieldSelector = ""
    /// nil: all namespaces.
    package var namespace: String?

    package init(namespace: String? = nil, labelSelector: String = "", fieldSelector: String = "") {
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }
}

/// The answer to a list.
package struct ObjectList: Sendable {
    package var items: [EncodedObject]
    /// Watch from here to miss nothing.
    package var resourceVersion: ResourceVersion

    package init(items: [EncodedObject], resourceVersion: ResourceVersion) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// One change of one object.
package enum WatchEvent: Sendable {
    case added(EncodedObject)
    case modified(EncodedObject)
    /// The last state of the object, with the resourceVersion of its deletion.
    case deleted(EncodedObject)
    /// Everything up to here has been sent.
    case bookmark(ResourceVersion)
}
