import KubeAPI

/// What a health check NodePort answers, byte for byte as kube-proxy does.
struct ServiceHealthAnswer: Equatable {
    var service: ObjectName
    var localEndpoints: Int
    var isProxyHealthy: Bool

    /// 200 while the load balancer may send here, else 503; the weight lets it send by the number of endpoints.
    var response: HTTPResponse {
        .json(
            localEndpoints > 0 && isProxyHealthy ? 200 : 503, Array(body.utf8),
            [("X-Load-Balancing-Endpoint-Weight", String(localEndpoints))])
    }

    /// Names of objects hold nothing that JSON would escape.
    private var body: String {
        """
        {
        \t"service": {
        \t\t"namespace": "\(service.namespace)",
        \t\t"name": "\(service.name)"
        \t},
        \t"localEndpoints": \(localEndpoints),
        \t"serviceProxyHealthy": \(isProxyHealthy)
        }
        """
    }
}
