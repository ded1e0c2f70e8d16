package import KubeAPI
import NIOHTTP1
import Watching

extension APIClient: ObjectClient {
    package func get(
        _ resource: Resource, _ name: ObjectName
    ) async throws(Status) -> EncodedObject {
        try await object(
            HTTPRequest(method: .GET, path: ResourcePath.object(resource, name)))
    }

    package func create(
        _ resource: Resource, _ object: JSON
    ) async throws(Status) -> EncodedObject {
        let namespace = object.value(at: "metadata", "namespace")?.string
        return try await self.object(
            HTTPRequest(
                method: .POST, path: ResourcePath.collection(resource, namespace: namespace),
                body: object.encoded()))
    }

    package func update(
        _ resource: Resource, _ object: JSON, subresource: String?
    ) async throws(Status) -> EncodedObject {
        let meta = ObjectMeta(json: object["metadata"] ?? [:])
        return try await self.object(
            HTTPRequest(
                method: .PUT,
                path: ResourcePath.object(resource, meta.objectName, subresource: subresource),
                body: object.encoded()))
    }

    package func patch(
        _ resource: Resource, _ name: ObjectName, _ patch: Patch, subresource: String?
    ) async throws(Status) -> EncodedObject {
        let (type, body) = patch.contentTypeAndBody
        return try await object(
            HTTPRequest(
                method: .PATCH,
                path: ResourcePath.object(resource, name, subresource: subresource),
                contentType: type, body: body.encoded()))
    }

    package func delete(
        _ resource: Resource, _ name: ObjectName, _ options: DeleteOptions
    ) async throws(Status) {
        let path =
            ResourcePath.object(resource, name)
            + ResourcePath.query([("dryRun", options.dryRun ? "All" : "")])
        _ = try await send(
            HTTPRequest(method: .DELETE, path: path, body: options.body.encoded()))
    }

    private func object(_ request: HTTPRequest) async throws(Status) -> EncodedObject {
        let bytes = try await send(request)
        do throws(JSONParseError) {
            return EncodedObject(try JSON(parsing: bytes))
        } catch {
            throw Status.unreachable("the server's answer is not JSON: \(error)")
        }
    }
}

extension Patch {
    fileprivate var contentTypeAndBody: (String, JSON) {
        switch self {
        case .json(let body): ("application/json-patch+json", body)
        case .merge(let body): ("application/merge-patch+json", body)
        case .strategicMerge(let body): ("application/strategic-merge-patch+json", body)
        }
    }
}

extension DeleteOptions {
    fileprivate var body: JSON {
        var body: JSON = ["kind": "DeleteOptions", "apiVersion": "v1"]
        if let gracePeriodSeconds { body["gracePeriodSeconds"] = .integer(gracePeriodSeconds) }
        if let propagationPolicy { body["propagationPolicy"] = .string(propagationPolicy) }
        var preconditions: JSON = [:]
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if preconditions.object?.isEmpty == false { body["preconditions"] = preconditions }
        return body
    }
}
