package import KubeAPI

/// An object in a cache: the typed view, and the bytes that it was read from (shared with the store where that
/// is in the same process). Cache and indexes share one of each.
package struct CachedObject<Kind: KubeObject>: Sendable {
    private final class Content: Sendable {
        let name: ObjectName
        let encoded: EncodedObject
        /// nil: it is read anew whenever it is wanted.
        let view: Kind?

        init(_ view: Kind, _ encoded: EncodedObject) {
            name = view.metadata.objectName
            self.encoded = encoded
            self.view = Kind.isViewKept ? view : nil
        }
    }

    private let content: Content

    package init(_ encoded: EncodedObject) throws(JSONParseError) {
        content = Content(Self.view(try encoded.json()), encoded)
    }

    package var view: Kind {
        // What could be read once can be read again.
        content.view ?? Self.view((try? encoded.json()) ?? [:])
    }
    package var encoded: EncodedObject { content.encoded }
    package var name: ObjectName { content.name }
    package var resourceVersion: ResourceVersion { content.encoded.resourceVersion }

    /// Without `managedFields`: they are for the API server alone, and larger than all the rest.
    private static func view(_ json: JSON) -> Kind {
        guard json.value(at: "metadata", "managedFields") != nil else { return Kind(json: json) }
        var json = json
        json["metadata"]?["managedFields"] = nil
        return Kind(json: json)
    }
}

extension KubeObject {
    /// Whether caches hold the view of an object beside its bytes. Endpoints are many, and seldom looked at: the
    /// EndpointSlices beside them are what everything is compiled from.
    fileprivate static var isViewKept: Bool { resource != .endpoints }
}

/// What a cache tells its observers, in the order in which it happened.
package enum ObjectEvent<Kind: KubeObject>: Sendable {
    /// Everything that the first list held has been told: once in the life of a cache.
    case synced
    case upserted(new: CachedObject<Kind>, old: CachedObject<Kind>?)
    /// `last` is the last state that was seen before the object went.
    case deleted(last: CachedObject<Kind>)
}
