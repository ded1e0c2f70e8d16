import KubeAPI
import NIOHTTP1

/// The subresource `proxy` of a Service: carries a request to one of its Pods and the answer back.
struct ServiceProxy: Sendable {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    let store: ObjectStore
    let request: APIRequest
    private let namespace: String
    private let id: String
    /// The path up to and with `proxy`, and what follows it, as they were sent.
    private let prefix: Substring
    private let rest: Substring

    /// nil if the request is for something else.
    init?(_ request: APIRequest, _ store: ObjectStore) {
        guard request.isForServiceProxy, let end = Self.end(ofPart: 7, in: request.rawPath) else {
            return nil
        }
        self.store = store
        self.request = request
        namespace = request.path[3]
        id = request.path[5]
        prefix = request.rawPath[..<end]
        rest = request.rawPath[end...]
    }

    func respond() async throws(Status) -> APIResponse {
        guard Self.methods.contains(request.method) else { throw .badMethod(request) }
        if request.headers.contains(name: "upgrade") {
            throw .badRequest("the proxy of a Service does not upgrade connections")
        }
        let target = try ServiceProxyName(parsing: id)
        let choice = ServiceEndpointChoice(store: store, namespace: namespace)
        let endpoint = try await choice.endpoint(target, id: id)
        if rest.isEmpty, request.method == "GET" || request.method == "HEAD" { return redirect }
        do {
            let exchange = try await ProxyExchange.open(
                to: endpoint, isTLS: target.isTLS, forwarded(to: rest), body: request.body)
            return APIResponse(proxied: exchange.rewritingLocation(prefix: prefix, of: endpoint))
        } catch {
            throw Status(.serviceUnavailable, "error trying to reach service: \(error)")
        }
    }

    /// Links of a page are relative to its directory.
    private var redirect: APIResponse {
        var response = APIResponse(301, text: "")
        response.headers.append(("Location", "\(prefix)/\(request.rawQuery)"))
        return response
    }

    private func forwarded(to path: Substring) -> HTTPRequestHead {
        var headers = ProxyHeaders.endToEnd(request.headers)
        // Not for the Pod: they would let it speak for the user.
        for name in headers.map(\.name) where ProxyHeaders.isCredential(name) {
            headers.remove(name: name)
        }
        headers.replaceOrAdd(name: "X-Forwarded-Uri", value: String(request.rawPath))
        headers.replaceOrAdd(name: "X-Forwarded-Proto", value: "https")
        if let host = headers.first(name: "host") {
            headers.replaceOrAdd(name: "X-Forwarded-Host", value: host)
        }
        headers.replaceOrAdd(name: "Connection", value: "close")
        for name in ["content-length", "expect"] { headers.remove(name: name) }
        if !request.body.isEmpty {
            headers.add(name: "Content-Length", value: String(request.body.count))
        }
        let target = (path.isEmpty ? "/" : String(path)) + request.rawQuery
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: target,
            headers: headers)
    }

    /// Where the so-and-so many parts of a path end that are not empty.
    private static func end(ofPart count: Int, in path: Substring) -> Substring.Index? {
        var index = path.startIndex
        for _ in 0..<count {
            index = path[index...].firstIndex { $0 != "/" } ?? path.endIndex
            if index == path.endIndex { return nil }
            index = path[index...].firstIndex(of: "/") ?? path.endIndex
        }
        return index
    }
}

extension APIRequest {
    /// `/api/v1/namespaces/<namespace>/services/<service>/proxy` and what is below.
    var isForServiceProxy: Bool {
        path.count >= 7 && path[..<3] == ["api", "v1", "namespaces"] && path[4] == "services"
            && path[6] == "proxy"
    }
}
