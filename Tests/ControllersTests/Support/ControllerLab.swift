import Controllers
import KubeAPI
import TestSupport
import Watching

/// The endpoint controllers over a cluster in memory, run step by step without tasks.
struct ControllerLab {
    let time: ManualTime
    let cluster: FakeCluster
    let caches = ClusterCaches()
    let slices: EndpointSliceController
    let endpoints: EndpointsController
    let mirroring: MirroringController

    /// `change` gets the settings, which are the defaults. Several labs may work on one cluster, each with caches and
    /// memories of its own.
    init(
        on cluster: FakeCluster? = nil, _ change: (inout ControllerSettings) -> Void = { _ in }
    ) {
        var settings = ControllerSettings()
        change(&settings)
        let time = ManualTime()
        let cluster = cluster ?? FakeCluster(time: time)
        self.time = time
        self.cluster = cluster
        let selection = ServiceSelection(caches)
        let events = EventRecorder(cluster, component: "test", time: time.source)
        slices = EndpointSliceController(
            caches, selection, cluster, settings, events: events, time: time.source)
        endpoints = EndpointsController(
            caches, selection, cluster, settings, time: time.source)
        mirroring = MirroringController(
            caches, cluster, events: events, limit: settings.mirroringMaxEndpointsPerSubset)
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
        while let key = queue.take() { await worker.work(on: key, of: queue) }
    }
}

extension Reconciler {
    /// Works on a key that was taken from the queue; what is refused is tried again.
    func work(on key: Key, of queue: WorkQueue<Key>) async {
        let result = try? await reconcile(key)
        queue.done(key)
        if result == nil { queue.add(key) }
    }
}

extension EndpointSliceController {
    /// Works on one key, if one waits.
    func step() async {
        if let key = queue.take() { await work(on: key, of: queue) }
    }
}
