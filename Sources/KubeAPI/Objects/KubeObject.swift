/// A typed view of one kind of object. The view models what Pointsman decides by; the encoded bytes beside it
/// (`EncodedObject`) keep everything else.
package protocol KubeObject: Sendable {
    static var resource: Resource { get }
    var metadata: ObjectMeta { get set }
    /// Reads the view. What has the wrong type reads as absent: the API server has refused it before.
    init(json: JSON)
}

extension KubeObject {
    package var objectName: ObjectName { metadata.objectName }
}

/// A view that models its kind completely, so that it can be written back.
package protocol WritableKubeObject: KubeObject {
    /// The whole object with `apiVersion` and `kind`.
    var json: JSON { get }
}
