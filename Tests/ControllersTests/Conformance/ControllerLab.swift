import Controllers
import KubeAPI
import TestSupport
import Watching

/// The endpoint controllers over a cluster in memory, run step by step without tasks.
struct ControllerLab {
    let time = ManualTime()
    let cluster: FakeCluster
    let caches = ClusterCaches()
    let slices: EndpointSliceController
    let endpoints: EndpointsController
    let mirroring: MirroringController

    init(limit: Int = 100) {
        cluster = FakeCluster(time: time)
        let selection = ServiceSelection(caches)
        let events = EventRecorder(cluster, component: "test", time: time.source)
        slices = EndpointSliceController(caches, selection, cluster, events: events, limit: limit)
        endpoints = EndpointsController(caches, selection, cluster)
        mirroring = MirroringController(caches, cluster, limit: limit)
        cluster.feed(caches)
    }

    /// Works until no queue holds anything.
    func settle() async {
        repeat {
            await drain(slices, slices.queue)
            await drain(endpoints, endpoints.queue)
            await drain(mirroring, mirroring.queue)
        } while slices.queue.count + endpoints.queue.count + mirroring.queue.count > 0
    }

    private func drain<Worker: Reconciler>(
        _ worker: Worker, _ queue: WorkQueue<Worker.Key>
    ) async {
        while let key = queue.take() {
            let result = try? await worker.reconcile(key)
            queue.done(key)
            if result == nil { queue.add(key) }
        }
    }
}
