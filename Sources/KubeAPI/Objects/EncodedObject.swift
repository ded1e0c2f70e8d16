/// An object as the bytes of its JSON text: what the store, the caches and the watches share.
package struct EncodedObject: Sendable, Equatable {
    /// One JSON document in UTF-8, with `metadata.resourceVersion`.
    package let bytes: [UInt8]
    package let resourceVersion: ResourceVersion

    package init(bytes: [UInt8], resourceVersion: ResourceVersion) {
        self.bytes = bytes
        self.resourceVersion = resourceVersion
    }

    /// Encodes a tree that carries its own `metadata.resourceVersion`.
    package init(_ json: JSON) {
        bytes = json.encoded()
        resourceVersion =
            json.value(at: "metadata", "resourceVersion")?.string.flatMap(ResourceVersion.init)
            ?? .unset
    }

    /// The tree of the bytes; made anew at each call.
    package func json() throws(JSONParseError) -> JSON {
        try JSON(parsing: bytes)
    }
}
