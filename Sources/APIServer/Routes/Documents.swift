import KubeAPI
import Synchronization

/// The OpenAPI documents, each encoded once, when it is first asked for.
final class Documents: Sendable {
    private let openAPI: OpenAPI
    private let encoded = Mutex<[String: [UInt8]]>([:])

    init(version: String) { openAPI = OpenAPI(version: version) }

    /// - Parameter path: what follows `/openapi`.
    /// - Returns: nil if there is nothing there.
    func respond(_ path: [String], accept: String) -> APIResponse? {
        switch path.first {
        case "v2" where path.count == 1: swagger(accept: accept)
        case "v3": version3(path.dropFirst().joined(separator: "/"))
        default: nil
        }
    }

    /// Old clients read protobuf only. Its content type comes back with a dot where the request has an "@".
    private func swagger(accept: String) -> APIResponse {
        let asksForProtobuf = MediaType.accepted(accept).first.map {
            OpenAPI.protobufContentTypes.contains($0.name)
        }
        guard asksForProtobuf == true, let type = OpenAPI.protobufContentTypes.last else {
            return APIResponse(bytes: document("v2") { openAPI.swagger.encoded() } ?? [])
        }
        let bytes = document("v2.protobuf") { openAPI.swaggerProtobuf } ?? []
        return APIResponse(bytes: bytes, contentType: type)
    }

    private func version3(_ name: String) -> APIResponse? {
        document("v3/\(name)") {
            name.isEmpty ? openAPI.index.encoded() : openAPI.document(name)?.encoded()
        }.map { APIResponse(bytes: $0) }
    }

    private func document(_ key: String, _ encode: () -> [UInt8]?) -> [UInt8]? {
        if let bytes = encoded.withLock({ $0[key] }) { return bytes }
        guard let bytes = encode() else { return nil }
        encoded.withLock { $0[key] = bytes }
        return bytes
    }
}
