package import KubeAPI
package import Watching

/// Which Pods a Service selects, and which Services select a Pod, by indexes over the caches: neither question
/// looks at all objects.
package struct ServiceSelection: Sendable {
    private let servicesByPair: ObjectIndex<Service, LabelPair>
    private let podsByPair: ObjectIndex<Pod, LabelPair>
    private let podsByNode: ObjectIndex<Pod, String>

    package init(_ caches: ClusterCaches) {
        servicesByPair = caches.services.index { Self.leadingPair(of: $0).map { [$0] } ?? [] }
        podsByPair = caches.pods.index { Self.pairs($0.metadata.labels, in: $0.metadata.namespace) }
        podsByNode = caches.pods.index { $0.nodeName.isEmpty ? [] : [$0.nodeName] }
    }

    /// The Pods that the Service selects, by name; none for a Service without selector.
    package func pods(of service: Service) -> [Pod] {
        guard let selector = service.effectiveSelector else { return [] }
        let pairs = Self.pairs(selector, in: service.metadata.namespace)
        guard let rarest = pairs.min(by: { podsByPair.count($0) < podsByPair.count($1) }) else {
            return []
        }
        return podsByPair.views(rarest).filter { $0.metadata.labels.satisfies(selector) }
            .sorted { $0.metadata.name < $1.metadata.name }
    }

    /// The names of the Services that select the Pod.
    package func services(of pod: Pod) -> [ObjectName] {
        Self.pairs(pod.metadata.labels, in: pod.metadata.namespace).flatMap { pair in
            servicesByPair.views(pair).filter {
                $0.effectiveSelector.map(pod.metadata.labels.satisfies) ?? false
            }
        }.map(\.objectName)
    }

    /// The names of the Services that have a Pod on the node.
    package func services(onNode node: String) -> Set<ObjectName> {
        Set(podsByNode.views(node).flatMap(services))
    }

    /// One label is enough to find a Service by; the rest of its selector is compared.
    private static func leadingPair(of service: Service) -> LabelPair? {
        service.effectiveSelector?.min { $0.key < $1.key }.map {
            LabelPair(namespace: service.metadata.namespace, key: $0.key, value: $0.value)
        }
    }

    private static func pairs(_ labels: [String: String], in namespace: String) -> [LabelPair] {
        labels.map { LabelPair(namespace: namespace, key: $0.key, value: $0.value) }
    }
}

extension Service {
    /// The selector, unless somebody else looks after the endpoints: it is absent or empty, or the type is
    /// ExternalName.
    package var effectiveSelector: [String: String]? {
        guard spec.type != .externalName, let selector = spec.selector, !selector.isEmpty else {
            return nil
        }
        return selector
    }
}

extension [String: String] {
    /// True if these labels hold every pair of the selector.
    func satisfies(_ selector: [String: String]) -> Bool {
        selector.allSatisfy { self[$0.key] == $0.value }
    }
}
