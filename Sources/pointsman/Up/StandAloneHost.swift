import APIServer
import Addresses
import Certificates
import Controllers
import DNSServer
import DataPlanes
import KubeAPI
import Linux
import LoadBalancing
import Logging
import SQLiteStorage
import Watching
import Wire

/// The components of one start, bound to their addresses and not yet running.
struct StandAloneHost {
    private let options: UpOptions
    private let plan: AddressPlan
    private let directory: DataDirectory
    private let logger: Logger
    private let time: TimeSource
    private let log: SQLiteLog
    private let server: APIServer
    private let dns: DNSServer
    private let plane: NodeDataPlane
    private let proxyHealth: NodeProxyHealth
    /// The networks of ServiceCIDRs beside those of the options.
    private let serviceNetworks: ServiceNetworks

    init(
        _ start: StandAlone, plan: AddressPlan, directory: DataDirectory, log: SQLiteLog
    ) throws {
        options = start.options
        self.plan = plan
        self.directory = directory
        self.log = log
        logger = start.logger
        time = start.time
        let credentials = try ServerCredentials(
            directory, plan: plan, options: options,
            now: Double(time.sinceEpoch().components.seconds))
        try directory.writeKubeconfig(
            server: "https://\(options.reachableListen)", authority: credentials.authority,
            admin: credentials.admin)
        serviceNetworks = ServiceNetworks(plan)
        server = APIServer(
            log: log, configuration: Self.api(options, plan, credentials, serviceNetworks),
            logger: logger)
        dns = try DNSServer(configuration: Self.dns(options, plan), logger: logger)
        plane = try NodeDataPlane(options.dataPlane.choice, plan, logger: logger, time: time)
        proxyHealth = try NodeProxyHealth(options, logger: logger, time: time)
    }

    private static func api(
        _ options: UpOptions, _ plan: AddressPlan, _ credentials: ServerCredentials,
        _ networks: ServiceNetworks
    ) -> APIServer.Configuration {
        var listen = [options.listen]
        if !options.listen.address.isUnspecified {
            listen += plan.hostAddresses.map { IPSocketAddress($0, options.listen.port) }
                .filter { $0 != options.listen }
        }
        var configuration = APIServer.Configuration(
            listen: listen,
            tls: APIServer.TLS(
                certificateChain: credentials.serving.certificate,
                privateKey: credentials.serving.key,
                clientCA: credentials.authority.credentials.certificate),
            serviceCIDRs: plan.serviceCIDRs, podCIDRs: plan.podCIDRs)
        configuration.allowsLoopbackPods = !plan.isPrivileged
        configuration.nodePortRange = options.nodePorts
        configuration.gates = options.gates
        configuration.gitVersion = Version.gitVersion
        configuration.serveNetworks = { networks.serve($0) }
        return configuration
    }

    private static func dns(_ options: UpOptions, _ plan: AddressPlan) -> DNSServerConfiguration {
        let port: Port = plan.isPrivileged ? 53 : 10053
        let listen =
            options.dns.listen.isEmpty
            ? plan.hostAddresses.map { IPSocketAddress($0, port) } : options.dns.listen
        let resolvConf = (try? PrivateFile.read("/etc/resolv.conf")) ?? nil
        var upstreams = Upstreams(parsing: String(decoding: resolvConf ?? [], as: UTF8.self))
        if let chosen = options.dns.upstreams { upstreams.addresses = chosen }
        return DNSServerConfiguration(
            listenAddresses: listen, zone: options.dns.zone, upstreams: upstreams)
    }

    /// What was applied last stays in force when this process has ended.
    var outlivesProcess: Bool { plane.outlivesProcess }

    // MARK: Running

    private enum Progress {
        case announced, ended
    }

    /// Runs until a signal arrives or a component fails.
    func run(until signals: AsyncStream<Signal>) async throws {
        let client = server.client
        try await server.openNetworks()
        defer { if !outlivesProcess { serviceNetworks.end() } }
        try await bootstrap.apply(client)
        let caches = ClusterCaches()
        let agent = ProxyAgent(
            caches: caches, client: client, plane: plane.plane, node: node, logger: logger,
            time: time, health: proxyHealth.monitor
        ) { [dns, proxyHealth] snapshot, changed in
            dns.update(snapshot, changed: changed)
            dns.setSynced()
            proxyHealth.services.update(snapshot, changed: changed)
        }
        proxyHealth.observe(caches, node: options.nodeName)
        let addresses = try NodeAddressWatcher(
            nodePortAddresses, report: { [logger] in logger.warning("\($0)") },
            onChange: { agent.take(nodeAddresses: $0) })
        agent.take(nodeAddresses: addresses.addresses)
        let controllers = ControllerSet(
            caches, client, options.controllers, pools: plan.loadBalancerPools,
            pods: podSupport, time: time, report: { [logger] in logger.warning("\($0)") })
        if options.dns.zone.podRecords == .verified { observePods(caches) }
        try await withThrowingTaskGroup(of: Progress.self) { group in
            func start(_ component: @escaping @Sendable () async throws -> Void) {
                group.addTask {
                    try await component()
                    return .ended
                }
            }
            start { [server] in try await server.run() }
            start { [dns] in try await dns.run() }
            start { try await agent.run() }
            start { [time] in await HeapTrimming(time: time).run() }
            start { await controllers.run() }
            start { [bootstrap, logger] in
                await bootstrap.keep(client) {
                    logger.warning("the Services of the system: \($0.message)")
                }
            }
            start { [plane] in
                for await problems in plane.recoveries { agent.take(problems) }
            }
            start { await repair(agent, caches, client) }
            start { [proxyHealth] in await proxyHealth.report(client) }
            start { [time, logger] in
                await caches.run(client, time: time) { logger.warning("\($0)") }
            }
            start {
                for await _ in signals { return }
            }
            group.addTask {
                await announce(agent)
                return .announced
            }
            // The first component that ends, by a signal or an error, ends all.
            defer { group.cancelAll() }
            while try await group.next() == .announced {}
        }
        await addresses.stop()
        await proxyHealth.stop()
        await plane.stop()
    }

    /// Takes back what others do to the kernel's table, and tells it: in the log with the process, to users as an Event
    /// of the node.
    private func repair(
        _ agent: ProxyAgent, _ caches: ClusterCaches, _ client: LocalClient
    ) async {
        let events = EventRecorder(client, component: "pointsman-proxy", time: time)
        await withDiscardingTaskGroup { group in
            for await change in plane.foreignChanges {
                logger.warning("\(change) changed nf_tables table pointsman: it is repaired")
                agent.repair()
                guard let node = caches.nodes[ObjectName(options.nodeName)]?.view else { continue }
                // Without the process, so that a repeat is counted.
                let who = change.name.isEmpty ? "somebody" : change.name
                group.addTask {
                    await events.record(
                        .warning, about: node, reason: "ForeignChange",
                        "\(who) changed nf_tables table pointsman: it is repaired")
                }
            }
        }
    }

    /// Tells DNS of every Pod: names of Pods are checked.
    private func observePods(_ caches: ClusterCaches) {
        caches.pods.observe { [dns] event in
            switch event {
            case .synced: break
            case .upserted(let new, _): dns.upsert(new.view)
            case .deleted(let last): dns.remove(pod: last.name)
            }
        }
    }

    private var bootstrap: Bootstrap {
        Bootstrap(
            plan: plan, nodeName: options.nodeName, apiPort: options.listen.port,
            dns: dns.boundAddresses, now: "\(time.timestamp)")
    }

    private var podSupport: ControllerSet.PodSupport {
        var settings = PodController.Settings(node: options.nodeName, podCIDRs: plan.podCIDRs)
        settings.reserved = plan.hostAddresses
        return ControllerSet.PodSupport(
            settings, runners: ProcessRunners(), prober: PodProber(time: time))
    }

    private var node: NodeContext {
        var node = NodeContext(name: options.nodeName)
        node.podCIDRs = plan.podCIDRs
        node.serviceCIDRs = plan.serviceCIDRs
        node.podInterfaces = options.dataPlane.podInterfaces
        node.masqueradeAll = options.dataPlane.masqueradeAll
        return node
    }

    /// The node's own addresses and loopback, unless something else is asked for.
    private var nodePortAddresses: NodeAddressWatcher.Wanted {
        let loopback = plan.families.map {
            $0 == .ipv4 ? IPAddress(ipv4: 0x7F00_0001) : IPAddress(ipv6: 0, 1)
        }
        return NodeAddressWatcher.Wanted(
            options.dataPlane.nodePortAddresses, nodeIPs: Set(plan.nodeIPs + loopback),
            loopback: true)
    }

    /// Prints the one line that says what to do next, once everything answers.
    private func announce(_ agent: ProxyAgent) async {
        guard await !server.boundAddresses().isEmpty else { return }
        while !agent.isSynced {
            guard (try? await time.sleep(.milliseconds(5))) != nil else { return }
        }
        let dnsText = dns.boundAddresses.first.map { "\($0)" } ?? "none"
        StandardStream.output.write(
            "pointsman is ready (API https://\(options.reachableListen), DNS \(dnsText), "
                + "data plane \(plane.name)): export KUBECONFIG=\(directory.kubeconfigPath)\n")
    }
}

extension UpOptions {
    /// The address that clients on this host use: loopback where the API listens on every address.
    var reachableListen: IPSocketAddress {
        guard listen.address.isUnspecified else { return listen }
        let loopback =
            listen.address.family == .ipv4
            ? IPAddress(ipv4: 0x7F00_0001) : IPAddress(ipv6: 0, 1)
        return IPSocketAddress(loopback, listen.port)
    }
}
