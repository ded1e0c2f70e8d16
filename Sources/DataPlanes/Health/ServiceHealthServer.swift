package import Addresses
package import KubeAPI
import Linux
package import LoadBalancing
import Synchronization

/// Answers on the health check NodePorts of this node: whether a load balancer may send a Service's traffic here.
/// Give it every snapshot once the data plane has it, so that no endpoint is told before it is served.
package final class ServiceHealthServer: Sendable {
    private struct State {
        var plan = ServiceHealthPlan()
        var nodeAddresses: Set<IPAddress> = []
        var listeners = ServiceHealthListeners()
    }

    private let state = Mutex(State())
    private let node: String
    private let wholeFamilies: Set<IPFamily>
    private let isProxyHealthy: @Sendable () -> Bool
    private let server: HTTPServer
    private let news: AsyncStream<ObjectName>.Continuation
    /// Services of whose `problem` something new is to be said.
    let changedProblems: AsyncStream<ObjectName>

    /// Starts the thread that answers.
    /// - Parameters:
    ///   - node: its name, for what is said on Services.
    ///   - wholeFamilies: those of which every address is served (`NodePortAddressSelection.wholeFamilies`): the
    ///     wildcard is bound. Of the others it is `nodePortAddresses` of each snapshot's node.
    ///   - isProxyHealthy: called on that thread, once a request.
    package convenience init(
        node: String, wholeFamilies: Set<IPFamily>,
        isProxyHealthy: @escaping @Sendable () -> Bool
    ) throws(DataPlaneError) {
        try self.init(
            node: node, wholeFamilies: wholeFamilies, HTTPServer.Settings(),
            isProxyHealthy: isProxyHealthy)
    }

    init(
        node: String, wholeFamilies: Set<IPFamily>, _ settings: HTTPServer.Settings,
        isProxyHealthy: @escaping @Sendable () -> Bool
    ) throws(DataPlaneError) {
        self.node = node
        self.wholeFamilies = wholeFamilies
        self.isProxyHealthy = isProxyHealthy
        (changedProblems, news) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
        let weak = WeakServer()
        do {
            server = try HTTPServer(named: "svc-health", settings) { weak.take($0, $1) }
        } catch {
            throw DataPlaneError("health check NodePorts: \(error)")
        }
        weak.set(self)
    }

    deinit { news.finish() }

    /// Takes a snapshot: opens and closes what must be, and counts anew. Does not wait for the sockets.
    /// - Parameter changed: every Service that came, went or changed since the last one.
    package func update(_ snapshot: ClusterSnapshot, changed: Set<ObjectName>) {
        state.withLock { state in
            var affected = state.plan.update(snapshot, changed: changed)
            if state.nodeAddresses != snapshot.node.nodePortAddresses {
                state.nodeAddresses = snapshot.node.nodePortAddresses
                affected.formUnion(state.plan.services.keys)
            }
            guard !affected.isEmpty else { return }
            listen(affected, &state)
        }
    }

    /// Everything is closed before anything is opened: a port may have gone from one Service to another.
    private func listen(_ services: Set<ObjectName>, _ state: inout State) {
        var opened: [ServiceHealthListeners.Key] = []
        for service in services.sorted() {
            let wanted =
                state.plan.services[service].map {
                    ServiceHealthListeners.wanted(
                        $0, nodeAddresses: state.nodeAddresses, wholeFamilies: wholeFamilies)
                } ?? []
            let difference = state.listeners.difference(service, wanted)
            let hadProblem = state.listeners.problem(service, node: node) != nil
            for id in difference.closed {
                server.close(id)
                state.listeners.remove(id)
            }
            if hadProblem { news.yield(service) }
            opened += difference.opened.map { .init(service: service, address: $0) }
        }
        for key in opened {
            let family = key.address.address.family
            let id = server.open(key.address) { [weak self] _ in
                self?.answer(key.service, family)?.response
            }
            state.listeners.add(id, key)
        }
    }

    /// Nil: the Service has no health check any more.
    private func answer(_ service: ObjectName, _ family: IPFamily) -> ServiceHealthAnswer? {
        let health = state.withLock { $0.plan.services[service] }
        guard let health else { return nil }
        return ServiceHealthAnswer(
            service: service, localEndpoints: health.localEndpoints[family] ?? 0,
            isProxyHealthy: isProxyHealthy())
    }

    private func take(
        _ id: HTTPServer.ListenerID, _ result: Result<IPSocketAddress, SystemError>
    ) {
        let service = state.withLock { $0.listeners.take(id, result) }
        if let service { news.yield(service) }
    }

    /// The Services whose health checks do not answer on every address, and why.
    package var problems: [ObjectName: ServiceProblem] {
        state.withLock { $0.listeners.problems(node: node) }
    }

    func problem(_ service: ObjectName) -> ServiceProblem? {
        state.withLock { $0.listeners.problem(service, node: node) }
    }

    /// Where the health check of a Service answers now.
    package func boundAddresses(_ service: ObjectName) -> Set<IPSocketAddress> {
        state.withLock { $0.listeners.bound(service) }
    }

    /// Closes everything and ends the thread.
    package func stop() async {
        await server.stop()
        news.finish()
    }

    /// The thread must not keep the server alive that owns it.
    private final class WeakServer: Sendable {
        private struct Reference {
            weak var server: ServiceHealthServer?
        }

        private let reference = Mutex(Reference())

        func set(_ server: ServiceHealthServer) {
            reference.withLock { $0.server = server }
        }

        func take(_ id: HTTPServer.ListenerID, _ result: Result<IPSocketAddress, SystemError>) {
            reference.withLock { $0.server }?.take(id, result)
        }
    }
}
