package import KubeAPI

/// Writes objects. Every answer is the object as stored; every refusal is the API's `Status`.
/// A server that cannot be reached is a `Status` of reason `serviceUnavailable`.
package protocol ObjectClient: Sendable {
    func get(_ resource: Resource, _ name: ObjectName) async throws(Status) -> EncodedObject

    /// The namespace is the object's own `metadata.namespace`.
    func create(_ resource: Resource, _ object: JSON) async throws(Status) -> EncodedObject

    /// PUT. With `metadata.resourceVersion` a lost race is a `conflict`.
    func update(
        _ resource: Resource, _ object: JSON, subresource: String?
    ) async throws(Status) -> EncodedObject

    func patch(
        _ resource: Resource, _ name: ObjectName, _ patch: Patch, subresource: String?
    ) async throws(Status) -> EncodedObject

    func delete(
        _ resource: Resource, _ name: ObjectName, _ options: DeleteOptions
    ) async throws(Status)
}

extension ObjectClient {
    package func update(_ resource: Resource, _ object: JSON) async throws(Status) -> EncodedObject
    {
        try await update(resource, object, subresource: nil)
    }

    package func delete(_ resource: Resource, _ name: ObjectName) async throws(Status) {
        try await delete(resource, name, DeleteOptions())
    }
}
