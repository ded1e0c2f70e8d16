package import Addresses
import KubeAPI
package import Watching

/// The controllers that a control plane runs, over shared caches.
package struct ControllerSet: Sendable {
    private let caches: ClusterCaches
    private let slices: EndpointSliceController
    private let endpoints: EndpointsController
    private let mirroring: MirroringController
    private let loadBalancer: LoadBalancerController
    private let pods: PodController?
    private let time: TimeSource
    private let report: @Sendable (String) -> Void

    /// Make it before the caches run. `pools` are the load-balancer pools; `pods` is there where no kubelet is.
    /// `report` is told, in a sentence, what goes wrong.
    package init(
        _ caches: ClusterCaches, _ client: any ObjectClient, pools: [IPPrefix], pods: PodSupport?,
        time: TimeSource, report: @escaping @Sendable (String) -> Void
    ) {
        let events = EventRecorder(client, component: "pointsman-controllers", time: time)
        let selection = ServiceSelection(caches)
        self.caches = caches
        self.time = time
        self.report = report
        slices = EndpointSliceController(caches, selection, client, events: events)
        endpoints = EndpointsController(caches, selection, client)
        mirroring = MirroringController(caches, client)
        loadBalancer = LoadBalancerController(
            caches, client, pools: pools, events: events, time: time)
        self.pods = pods.map {
            PodController(
                $0.settings, caches, client, events: events, runners: $0.runners,
                prober: $0.prober, time: time)
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
            start("endpoint slices", slices, slices.queue, &group)
            start("endpoints", endpoints, endpoints.queue, &group)
            start("mirroring", mirroring, mirroring.queue, &group)
            start("load balancer", loadBalancer, loadBalancer.queue, width: 1, &group)
            if let pods { start("pods", pods, pods.queue, &group) }
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
