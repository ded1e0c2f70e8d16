package import KubeAPI
import NIOHTTP1
package import Watching

extension APIClient: ObjectSource {
    package func list(
        _ resource: Resource, _ options: ListOptions
    ) async throws(Status) -> ObjectList {
        var items: [EncodedObject] = []
        var next = ""
        while true {
            let bytes = try await send(Self.listRequest(resource, options, continue: next))
            let page: JSON
            do throws(JSONParseError) {
                page = try JSON(parsing: bytes)
            } catch {
                throw Status.unreachable("the server's list is not JSON: \(error)")
            }
            items += (page["items"]?.array ?? []).map {
                EncodedObject($0.withKind(of: resource))
            }
            next = page.value(at: "metadata", "continue")?.string ?? ""
            if next.isEmpty {
                let version = page.value(at: "metadata", "resourceVersion")?.string ?? ""
                return ObjectList(
                    items: items, resourceVersion: ResourceVersion(version) ?? .unset)
            }
        }
    }

    private static func listRequest(
        _ resource: Resource, _ options: ListOptions, continue next: String
    ) -> HTTPRequest {
        let query = ResourcePath.query([
            ("labelSelector", options.labelSelector), ("fieldSelector", options.fieldSelector),
            ("limit", "500"), ("continue", next),
        ])
        return HTTPRequest(
            method: .GET,
            path: ResourcePath.collection(resource, namespace: options.namespace) + query)
    }

    package func watch(
        _ resource: Resource, since: ResourceVersion, _ options: ListOptions
    ) -> AsyncThrowingStream<WatchEvent, any Error> {
        let query = ResourcePath.query([
            ("watch", "true"), ("allowWatchBookmarks", "true"),
            ("resourceVersion", since.description), ("labelSelector", options.labelSelector),
            ("fieldSelector", options.fieldSelector),
        ])
        let request = HTTPRequest(
            method: .GET,
            path: ResourcePath.collection(resource, namespace: options.namespace) + query)
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await self.follow(request, into: continuation)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(
        _ request: HTTPRequest,
        into continuation: AsyncThrowingStream<WatchEvent, any Error>.Continuation
    ) async throws {
        var decoder = WatchDecoder()
        var failure: (code: Int, body: [UInt8])?
        for try await part in try await stream(request) {
            switch part {
            case .head(let head):
                if head.status.code >= 400 { failure = (Int(head.status.code), []) }
            case .body(let bytes):
                if failure != nil {
                    failure?.body += bytes
                } else {
                    for event in try decoder.events(from: bytes) { continuation.yield(event) }
                }
            case .end: break
            }
        }
        if let failure { throw Self.failure(code: failure.code, body: failure.body) }
    }
}

extension JSON {
    /// Items of a list carry neither kind nor apiVersion.
    fileprivate func withKind(of resource: Resource) -> JSON {
        guard self["kind"] == nil, let members = object else { return self }
        var whole = JSONObject([
            ("kind", .string(resource.kind)), ("apiVersion", .string(resource.apiVersion)),
        ])
        for (key, value) in members { whole[key] = value }
        return .object(whole)
    }
}
