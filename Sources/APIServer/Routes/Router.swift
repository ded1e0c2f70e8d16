import KubeAPI
import Logging

/// Answers requests that access control has let through.
struct Router: Sendable {
    let store: ObjectStore
    let tokens: TokenAuthenticator
    let discovery: Discovery
    let documents: Documents
    let logger: Logger

    func respond(to request: APIRequest) async -> APIResponse {
        let response = await find(request)
        if MediaType.isYAMLPreferred(request.accept) { return response.asYAML() }
        let isForReaders = request.isPretty && !request.isWatch && request.path.first != "openapi"
        return isForReaders ? response.indented() : response
    }

    private func find(_ request: APIRequest) async -> APIResponse {
        do throws(Status) {
            if let response = try await describe(request) { return response }
            if let proxy = ServiceProxy(request, store) { return try await proxy.respond() }
            guard let target = Target(path: request.path) else {
                throw Self.unsupported(request.path) ?? .noSuchPath
            }
            guard target.methods.contains(request.method) else { throw .badMethod(request) }
            if ReviewRoutes.serve(target.resource) {
                return try await ReviewRoutes(
                    tokens: tokens, request: request, resource: target.resource,
                    namespace: target.namespace
                ).respond()
            }
            return try await ResourceRoutes(store: store, request: request, target: target)
                .respond()
        } catch {
            if error.reason == .internalError { logger.error("\(request.path): \(error)") }
            var response = APIResponse(error)
            if error.reason == .methodNotAllowed {
                let methods = Target(path: request.path)?.methods ?? ["GET", "HEAD"]
                response.headers.append(("Allow", methods.joined(separator: ", ")))
            }
            return response
        }
    }

    /// Health, version, discovery and OpenAPI; nil for all other paths.
    private func describe(_ request: APIRequest) async throws(Status) -> APIResponse? {
        let path = request.path
        let health = ["healthz", "livez", "readyz"]
        let rest = Array(path.dropFirst())
        guard let first = path.first else {
            return request.method == "GET" ? APIResponse(json: Self.index(discovery)) : nil
        }
        let response: APIResponse? =
            switch (first, path.count) {
            case (_, 1) where health.contains(first): await healthCheck(first, request.query)
            case (_, 2) where health.contains(first):
                await healthCheck(first, request.query, only: path[1])
            case ("version", 1): APIResponse(json: version)
            case ("api", 1...2), ("apis", 1...3): try discover(request)
            case ("apis", 4) where path == Self.customResources:
                APIResponse(json: Self.noCustomResources)
            case ("openapi", 2...): documents.respond(rest, accept: request.accept)
            default: nil
            }
        guard let response else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else { throw .badMethod(request) }
        let isJSON = response.contentType.hasPrefix("application/json")
        if isJSON, !MediaType.isJSONAccepted(request.accept) { throw .notAcceptable }
        return response
    }

    /// kubectl asks for custom resources before it creates what has no PATCH (the reviews): there are none.
    private static let customResources = [
        "apis", "apiextensions.k8s.io", "v1", "customresourcedefinitions",
    ]

    private static let noCustomResources: JSON = [
        "kind": "CustomResourceDefinitionList", "apiVersion": "apiextensions.k8s.io/v1",
        "metadata": ["resourceVersion": "1"], "items": [],
    ]

    /// What there is, for people who look around.
    private static func index(_ discovery: Discovery) -> JSON {
        let versions = discovery.groups.flatMap { group -> [String] in
            let root = group.name.isEmpty ? "/api" : "/apis/\(group.name)"
            return [root] + group.versions.map { "\(root)/\($0)" }
        }
        let others = [
            "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
        ]
        return ["paths": .strings((versions + others).sorted())]
    }

    /// - Parameter only: names one check; nil: all but those that the query excludes.
    private func healthCheck(
        _ name: String, _ query: Query, only: String? = nil
    ) async -> APIResponse? {
        let checks = ["ping", "store"]
        if let only, !checks.contains(only) { return nil }
        let excluded = query.all("exclude")
        let failure: Status?
        do throws(Status) {
            _ = try await store.currentRevision()
            failure = nil
        } catch {
            failure = error
        }
        let failed = failure != nil && only != "ping" && !excluded.contains("store")
        if !failed, query["verbose"] == nil { return APIResponse(text: "ok") }
        let lines = checks.filter { only == nil || $0 == only }.map { check in
            if excluded.contains(check) { return "[+]\(check) excluded: ok\n" }
            let why = check == "store" ? failure?.message : nil
            return why.map { "[-]\(check) failed: \($0)\n" } ?? "[+]\(check) ok\n"
        }
        let text = lines.joined() + "\(name) check \(failed ? "failed" : "passed")\n"
        return APIResponse(failed ? 500 : 200, text: text)
    }

    private var version: JSON {
        let gitVersion = store.configuration.gitVersion
        let numbers = gitVersion.drop { $0 == "v" }.split(separator: ".")
        return [
            "major": .string(numbers.first.map(String.init) ?? ""),
            "minor": .string(numbers.dropFirst().first.map(String.init) ?? ""),
            "emulationMajor": .string(numbers.first.map(String.init) ?? ""),
            "emulationMinor": .string(numbers.dropFirst().first.map(String.init) ?? ""),
            "gitVersion": .string(gitVersion), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift",
            "platform": .string("linux/\(Self.architecture)"),
        ]
    }

    /// As Go names it.
    private static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }

    private func discover(_ request: APIRequest) throws(Status) -> APIResponse {
        let path = request.path
        let format = Discovery.Format(accept: request.accept)
        var json: JSON?
        switch (path[0], path.count) {
        case ("api", 1): json = discovery.core(format)
        case ("apis", 1): json = discovery.namedGroups(format)
        case ("apis", 2): json = discovery.group(path[1])
        case ("api", _): json = discovery.resources(group: "", version: path[1])
        default: json = discovery.resources(group: path[1], version: path[2])
        }
        guard let json else { throw .noSuchPath }
        let hasFormats = path.count == 1
        return APIResponse(
            bytes: json.encoded(),
            contentType: hasFormats ? format.contentType : "application/json")
    }

    /// What Kubernetes has below Pods and Services and this server has not, by the last part of the path.
    private static func unsupported(_ path: [String]) -> Status? {
        let instead: [String: String] = [
            "log": "pointsman run prints what its Pods print",
            "exec": "Pods are processes of this host: use its own tools",
            "attach": "Pods are processes of this host: use its own tools",
            "portforward": "Pods and Services are reached at their own addresses",
            "proxy":
                "Pods are reached at their own addresses, and through the proxy of their Service",
        ]
        guard path.count >= 7, path[0] == "api", path[2] == "namespaces",
            path[4] == "pods" || path[4] == "services", let remedy = instead[path[6]]
        else { return nil }
        return Status(
            .methodNotAllowed, "\(path[4])/\(path[6]) is not supported by pointsman: \(remedy)")
    }
}

extension Status {
    static var noSuchPath: Status {
        Status(.notFound, "the server could not find the requested resource")
    }

    static var notAcceptable: Status {
        Status(
            .notAcceptable,
            "only the following media types are accepted: application/json, application/yaml")
    }

    static func badMethod(_ request: APIRequest) -> Status {
        Status(.methodNotAllowed, "the server does not allow this method on the requested resource")
    }
}
