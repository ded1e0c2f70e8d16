import Addresses
import KubeAPI
import Watching

/// The objects of the benchmark: Services that select by one label, and Pods spread over them.
struct LabObjects {
    var services: Int
    var pods: Int

    func service(of pod: Int) -> String { "service-\(pod % services)" }

    func address(of pod: Int) -> IPAddress { IPAddress(ipv4: 0x0AF4_0002 + UInt32(pod)) }

    func create(in client: any ObjectClient) async throws(Status) {
        _ = try await client.create(
            .namespaces, ["kind": "Namespace", "metadata": ["name": "default"]])
        _ = try await client.create(
            .nodes, ["kind": "Node", "metadata": ["name": "node-a"]])
        for index in 0..<services { _ = try await client.create(.services, serviceJSON(index)) }
        for index in 0..<pods {
            let name = podName(index)
            _ = try await client.create(.pods, podJSON(index))
            _ = try await client.patch(
                .pods, name, .merge(["status": status(index, isReady: true)]),
                subresource: "status")
        }
    }

    func setReady(_ pod: Int, _ isReady: Bool, in client: any ObjectClient) async throws(Status) {
        let conditions = status(pod, isReady: isReady)["conditions"] ?? []
        _ = try await client.patch(
            .pods, podName(pod), .merge(["status": ["conditions": conditions]]),
            subresource: "status")
    }

    private func podName(_ index: Int) -> ObjectName {
        ObjectName(namespace: "default", name: "pod-\(index)")
    }

    private func serviceJSON(_ index: Int) -> JSON {
        [
            "kind": "Service", "apiVersion": "v1",
            "metadata": ["name": .string("service-\(index)"), "namespace": "default"],
            "spec": [
                "selector": ["app": .string("service-\(index)")],
                "ports": [["port": 80, "targetPort": 8080]],
            ],
        ]
    }

    private func podJSON(_ index: Int) -> JSON {
        [
            "kind": "Pod", "apiVersion": "v1",
            "metadata": [
                "name": .string("pod-\(index)"), "namespace": "default",
                "labels": ["app": .string(service(of: index)), "tier": "web"],
            ],
            "spec": [
                "nodeName": "node-a",
                "containers": [["name": "c", "image": "img"]],
            ],
        ]
    }

    private func status(_ index: Int, isReady: Bool) -> JSON {
        let address = JSON.string(address(of: index).description)
        return [
            "phase": "Running", "podIP": address, "podIPs": [["ip": address]],
            "conditions": [["type": "Ready", "status": isReady ? "True" : "False"]],
        ]
    }
}
