package import Addresses
import KubeAPI
package import Watching

/// The controllers that a control plane runs, over shared caches.
package struct ControllerSet: Sendable {
    private let caches: ClusterCaches
    private let slices: EndpointSliceController?
    private let endpoints: EndpointsController?
    private let mirroring: MirroringController?
    private let loadBalancer: LoadBalancerController?
    private let pods: PodController?
    private let time: TimeSource
    private let report: @Sendable (String) -> Void

    /// Make it before the caches run. `pools` are the load-balancer pools; `pods` is there where no kubelet is.
    /// `report` is told, in a sentence, what goes wrong.
    package init(
        _ caches: ClusterCaches, _ client: any ObjectClient,
        _ settings: ControllerSettings = ControllerSettings(), pools: [IPPrefix],
        pods: PodSupport?, time: TimeSource, report: @escaping @Sendable (String) -> Void
    ) {
        func events(_ component: String) -> EventRecorder {
            EventRecorder(client, component: component, time: time)
        }
        func make<Controller>(_ name: ControllerName, _ body: () -> Controller) -> Controller? {
            settings.choice.contains(name) ? body() : nil
        }
        let own = events("pointsman-controllers")
        let selection = ServiceSelection(caches)
        self.caches = caches
        self.time = time
        self.report = report
        slices = make(.endpointSlices) {
            EndpointSliceController(
                caches, selection, client, settings,
                events: events(EndpointSliceController.component), time: time)
        }
        endpoints = make(.endpoints) {
            EndpointsController(caches, selection, client, settings, time: time)
        }
        mirroring = make(.mirroring) {
            MirroringController(
                caches, client, events: events(MirroringController.component),
                limit: settings.mirroringMaxEndpointsPerSubset)
        }
        loadBalancer = make(.loadBalancer) {
            LoadBalancerController(caches, client, pools: pools, events: own, time: time)
        }
        self.pods = pods.flatMap { support in
            make(.pods) {
                PodController(
                    support.settings, caches, client, events: own, runners: support.runners,
                    prober: support.prober, time: time)
            }
        }
    }

    /// What a PodController needs of the machine.
    package struct PodSupport: Sendable {
        package var settings: PodController.Settings
        package var runners: any RunnerObserver
        package var prober: any ReadinessProber

        package init(
            _ settings: PodController.Settings, runners: any RunnerObserver,
            prober: any ReadinessProber
        ) {
            self.settings = settings
            self.runners = runners
            self.prober = prober
        }
    }

    /// Runs until the task is cancelled. Work begins when all caches are filled.
    package func run() async {
        await caches.waitUntilSynced()
        await withDiscardingTaskGroup { group in
            if let slices { start("endpoint slices", slices, slices.queue, &group) }
            if let endpoints { start("endpoints", endpoints, endpoints.queue, &group) }
            if let mirroring { start("mirroring", mirroring, mirroring.queue, &group) }
            if let loadBalancer {
                start("load balancer", loadBalancer, loadBalancer.queue, width: 1, &group)
            }
            if let pods { start("pods", pods, pods.queue, &group) }
            // With no controller at all it still runs until the task is cancelled.
            group.addTask { [time] in
                while (try? await time.sleep(.seconds(3600))) != nil {}
            }
        }
        pods?.stop()
    }

    private func start<Worker: Reconciler>(
        _ name: String, _ worker: Worker, _ queue: WorkQueue<Worker.Key>, width: Int = 8,
        _ group: inout DiscardingTaskGroup
    ) {
        let loop = ReconcileLoop(worker, queue: queue, width: width, time: time) {
            [report] key, status in
            report("\(name): \(key): \(status)")
        }
        group.addTask { await loop.run() }
    }
}
