import LoadBalancing

/// A Proxy that is kept: what it has put in force is watched over for as long as it lives.
final class KeptProxy {
    private var proxy: Proxy

    init(_ proxy: consuming Proxy) { self.proxy = proxy }

    func start(_ objects: [ClusterChange]) async throws {
        proxy.take(objects)
        _ = proxy.compile()
        try await proxy.applyAll()
    }
}
