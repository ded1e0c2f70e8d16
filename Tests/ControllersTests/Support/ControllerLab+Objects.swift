import KubeAPI
import TestSupport

/// Objects of the namespace `default`, in few words.
extension ControllerLab {
    static func name(_ name: String) -> ObjectName { ObjectName(namespace: "default", name: name) }

    var slicesThere: [EndpointSlice] { cluster.objects() }

    func putService(
        _ name: String = "api", uid: String? = nil, annotations: JSON = [:], spec: JSON = [:]
    ) {
        var metadata: JSON = [
            "name": .string(name), "namespace": "default", "annotations": annotations,
            "creationTimestamp": "2026-01-01T10:00:00Z",
        ]
        if let uid { metadata["uid"] = .string(uid) }
        var all: JSON = [
            "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ipFamilies": ["IPv4"],
            "selector": ["app": .string(name)], "ports": [["port": 80, "protocol": "TCP"]],
        ]
        for (key, value) in spec.object ?? JSONObject() { all[key] = value == .null ? nil : value }
        cluster.put(["kind": "Service", "metadata": metadata, "spec": all])
    }

    /// A Pod at 10.244.x.y, counted by `number`.
    func putPod(
        _ name: String, app: String = "api", number: Int, node: String = "node-a",
        ready: Bool = true, at time: String = "2026-01-01T09:59:50Z", annotations: JSON = [:]
    ) {
        let address = JSON.string("10.244.\(number / 250).\(number % 250 + 1)")
        cluster.put([
            "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "default", "labels": ["app": .string(app)],
                "annotations": annotations,
            ],
            "spec": ["nodeName": .string(node)],
            "status": [
                "phase": "Running", "podIP": address,
                "conditions": [
                    [
                        "type": "Ready", "status": ready ? "True" : "False",
                        "lastTransitionTime": .string(time),
                    ]
                ],
            ],
        ])
    }

    func putNode(_ name: String, zone: String? = nil, cpu: String? = nil) {
        var labels: JSON = [:]
        if let zone { labels["topology.kubernetes.io/zone"] = .string(zone) }
        var status: JSON = ["conditions": [["type": "Ready", "status": "True"]]]
        if let cpu { status["allocatable"] = ["cpu": .string(cpu)] }
        cluster.put([
            "kind": "Node", "metadata": ["name": .string(name), "labels": labels],
            "status": status,
        ])
    }

    /// Endpoints made by hand.
    func putEndpoints(_ name: String = "api", annotations: JSON = [:], subsets: JSON) {
        cluster.put([
            "kind": "Endpoints",
            "metadata": [
                "name": .string(name), "namespace": "default", "annotations": annotations,
            ],
            "subsets": subsets,
        ])
    }

    /// The Events' types, reasons and messages, in one order.
    var events: [String] {
        cluster.objects(Event.self).map { "\($0.type) \($0.reason): \($0.message)" }.sorted()
    }
}
