import KubeAPI
import Synchronization
import Watching

/// The Topology of the nodes in a cache; computed anew only when a node changes in what matters.
final class NodeTopology: Sendable {
    private let cache: ObjectCache<Node>
    private let topology = Mutex<Topology?>(nil)

    /// `changed` is called with the names of nodes that came, went or changed their zone; nil means that the shares
    /// of the zones may have changed.
    init(_ cache: ObjectCache<Node>, changed: @escaping @Sendable (_ node: String?) -> Void) {
        self.cache = cache
        cache.observe { [weak self] event in
            let (old, new): (Node?, Node?)
            switch event {
            case .synced: return
            case .upserted(let object, let last): (old, new) = (last?.view, object.view)
            case .deleted(let last): (old, new) = (last.view, nil)
            }
            guard let name = (new ?? old)?.metadata.name, old.map(Facts.init) != new.map(Facts.init)
            else { return }
            self?.topology.withLock { $0 = nil }
            if old == nil || new == nil || old?.zone != new?.zone { changed(name) }
            changed(nil)
        }
    }

    var current: Topology {
        if let known = topology.withLock({ $0 }) { return known }
        let fresh = Topology(cache.objects.map(\.view))
        topology.withLock { $0 = fresh }
        return fresh
    }

    private struct Facts: Equatable {
        var zone: String?
        var cpu: Int64?
        var isReady: Bool

        init(_ node: Node) {
            zone = node.zone
            cpu = node.allocatableMilliCPU
            isReady = node.isReady
        }
    }
}
