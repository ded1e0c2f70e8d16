package import KubeAPI

/// An object in a cache: the typed view, and the bytes that it was read from (shared with the store where that
/// is in the same process).
package struct CachedObject<Kind: KubeObject>: Sendable {
    package let view: Kind
    package let encoded: EncodedObject

    package init(_ encoded: EncodedObject) throws(JSONParseError) {
        self.encoded = encoded
        view = Kind(json: try encoded.json())
    }

    package var name: ObjectName { view.metadata.objectName }
    package var resourceVersion: ResourceVersion { encoded.resourceVersion }
}

/// What a cache tells its observers, in the order in which it happened.
package enum ObjectEvent<Kind: KubeObject>: Sendable {
    /// Everything that the first list held has been told: once in the life of a cache.
    case synced
    case upserted(new: CachedObject<Kind>, old: CachedObject<Kind>?)
    /// `last` is the last state that was seen before the object went.
    case deleted(last: CachedObject<Kind>)
}
