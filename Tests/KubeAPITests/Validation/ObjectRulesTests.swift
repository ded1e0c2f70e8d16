import Addresses
import Testing

@testable import KubeAPI

/// Pods to be judged.
private enum Fixture {
    static let shopMetadata: JSON = ["name": "p", "namespace": "shop"]

    static func pod(_ change: (inout JSON) -> Void) -> JSON {
        var pod: JSON = [
            "metadata": shopMetadata,
            "spec": ["containers": [["name": "main", "image": "process"]]],
        ]
        change(&pod)
        ObjectRules.prepareForCreate(&pod, .pods)
        return pod
    }

    static func container(_ members: JSON) -> JSON {
        pod { pod in
            var container: JSON = ["name": "main", "image": "process"]
            for (key, value) in members.object ?? [:] { container[key] = value }
            pod["spec"] = ["containers": [container]]
        }
    }
}

@Suite("Rules of the other kinds")
struct ObjectRulesTests {
    static let context = ServiceValidationContext()
    @Test("a Pod gets Kubernetes' defaults and begins as Pending")
    func podDefaults() {
        let pod = Fixture.container([
            "ports": [["containerPort": 80]],
            "readinessProbe": ["httpGet": ["port": 80], "timeoutSeconds": 3],
        ])
        #expect(pod.value(at: "status", "phase") == "Pending")
        #expect(pod.value(at: "spec", "restartPolicy") == "Always")
        let container = pod.value(at: "spec", "containers")?.array?.first
        #expect(container?["ports"] == [["containerPort": 80, "protocol": "TCP"]])
        #expect(
            container?["readinessProbe"] == [
                "httpGet": ["port": 80, "path": "/", "scheme": "HTTP"], "timeoutSeconds": 3,
                "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
            ])
        #expect(ObjectRules.createErrors(pod, .pods, Self.context).isEmpty)
    }

    static let refusedPods: [(JSON, String)] = [
        (Fixture.pod { $0["spec"] = [:] }, "spec.containers: Required value"),
        (Fixture.container(["image": ""]), "spec.containers[0].image: Required value"),
        (Fixture.container(["name": ""]), "spec.containers[0].name: Required value"),
        (
            Fixture.container(["ports": [["containerPort": 65536]]]),
            "spec.containers[0].ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive"
        ),
        (
            Fixture.container(["ports": [["name": "x"]]]),
            "spec.containers[0].ports[0].containerPort: Required value"
        ),
        (
            Fixture.container(["ports": [["containerPort": 1, "protocol": "X"]]]),
            "spec.containers[0].ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\""
        ),
        (
            Fixture.container(["readinessProbe": [:]]),
            "spec.containers[0].readinessProbe: Required value: must specify a handler type"
        ),
        (
            Fixture.container([
                "readinessProbe": ["tcpSocket": ["port": 1], "exec": ["command": ["x"]]]
            ]),
            "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"
        ),
        (
            Fixture.container(["livenessProbe": ["tcpSocket": ["port": 1], "successThreshold": 2]]),
            "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"
        ),
        (
            Fixture.pod { $0["metadata"]?["annotations"] = ["pointsman.dev/address": "x"] },
            "metadata.annotations[pointsman.dev/address]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        ),
        (
            Fixture.pod { $0["metadata"]?["annotations"] = ["pointsman.dev/address": "127.0.0.1"] },
            "metadata.annotations[pointsman.dev/address]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"
        ),
        (
            Fixture.pod { $0["metadata"]?["annotations"] = ["pointsman.dev/weight": "65536"] },
            "metadata.annotations[pointsman.dev/weight]: Invalid value: \"65536\": must be between 0 and 65535, inclusive"
        ),
        (
            Fixture.pod { $0["spec"]?["restartPolicy"] = "X" },
            "spec.restartPolicy: Unsupported value: \"X\": supported values: \"Always\", \"Never\", \"OnFailure\""
        ),
        (Fixture.pod { $0["metadata"] = ["name": "p"] }, "metadata.namespace: Required value"),
    ]

    @Test("a Pod is refused with these words", arguments: refusedPods)
    func podWords(_ pod: JSON, _ text: String) {
        #expect(ObjectRules.createErrors(pod, .pods, Self.context).map(\.description) == [text])
    }

    @Test("a Pod stays on its node; its status is written by the subresource only")
    func podUpdates() {
        let old = Fixture.pod { $0["spec"]?["nodeName"] = "n1" }
        var new = old
        new["spec"]?["nodeName"] = "n2"
        new["status"] = ["phase": "Running"]
        ObjectRules.prepareForUpdate(&new, replacing: old, .pods, subresource: nil)
        #expect(new.value(at: "status", "phase") == "Pending")
        let errors = ObjectRules.updateErrors(
            new, replacing: old, .pods, subresource: nil, Self.context)
        #expect(errors.map(\.path.description) == ["spec.nodeName"])
        new["status"] = ["phase": "Lost", "podIPs": [["ip": "x"]]]
        ObjectRules.prepareForUpdate(&new, replacing: old, .pods, subresource: "status")
        #expect(new["spec"] == old["spec"])
        let status = ObjectRules.updateErrors(
            new, replacing: old, .pods, subresource: "status", Self.context)
        #expect(status.map(\.path.description) == ["status.phase", "status.podIPs[0]"])
    }

    @Test("loopback endpoints are valid inside the loopback Pod CIDR only")
    func loopback() throws {
        let cidr = try #require(IPPrefix("127.64.0.0/16"))
        let inside = ServiceValidationContext(loopbackPodCIDRs: [cidr])
        let slice = EndpointSlice(
            metadata: ObjectMeta(name: "s", namespace: "shop"), addressType: "IPv4",
            endpoints: [Endpoint(addresses: ["127.64.0.2"])])
        #expect(EndpointSliceRules.createErrors(slice).count == 1)
        #expect(EndpointSliceRules.createErrors(slice, inside).isEmpty)
        let endpoints = Endpoints(
            metadata: slice.metadata,
            subsets: [EndpointSubset(addresses: [EndpointAddress(ip: "127.64.0.2")])])
        #expect(EndpointsRules.createErrors(endpoints).count == 1)
        #expect(EndpointsRules.createErrors(endpoints, inside).isEmpty)
    }

    @Test(
        "nodes, namespaces and events",
        arguments: [
            (
                .nodes, ["metadata": ["name": "n"], "spec": ["podCIDRs": ["10.0.0.1/24"]]],
                ["spec.podCIDRs[0]"]
            ),
            (
                .nodes, ["metadata": ["name": "N", "namespace": "x"]],
                ["metadata.name", "metadata.namespace"]
            ),
            (.namespaces, ["metadata": ["name": "a.b"]], ["metadata.name"]),
            (.namespaces, ["metadata": ["name": "a"]], []),
            (
                .events,
                ["metadata": Fixture.shopMetadata, "involvedObject": ["namespace": "shop"]], []
            ),
            (
                .events,
                ["metadata": Fixture.shopMetadata, "involvedObject": ["namespace": "other"]],
                ["involvedObject.namespace"]
            ),
            (
                .events, ["metadata": Fixture.shopMetadata, "involvedObject": ["kind": "Node"]],
                ["involvedObject.namespace"]
            ),
        ] as [(Resource, JSON, [String])])
    func others(_ resource: Resource, _ object: JSON, _ fields: [String]) {
        let errors = ObjectRules.createErrors(object, resource, Self.context)
        #expect(errors.map(\.path.description) == fields)
    }

    @Test("metadata keeps to its syntax and its size")
    func metadataSyntax() {
        var metadata = ObjectMeta(name: "web", namespace: "shop", labels: ["a b": "-"])
        metadata.annotations = ["A/B": "upper case is fine", "a//b": ""]
        metadata.finalizers = ["!"]
        metadata.generateName = "web-"
        metadata.ownerReferences = [
            OwnerReference(apiVersion: "v1", kind: "Pod", name: "p", uid: "", controller: true),
            OwnerReference(apiVersion: "v1", kind: "Pod", name: "q", uid: "u", controller: true),
        ]
        let errors = MetadataRules.createErrors(metadata, .dnsLabel, isNamespaced: true)
        #expect(
            errors.map(\.path.description) == [
                "metadata.labels", "metadata.labels", "metadata.annotations",
                "metadata.ownerReferences[0].uid", "metadata.ownerReferences",
                "metadata.finalizers", "metadata.finalizers[0]",
            ])
        var large = ObjectMeta(name: "web", namespace: "shop")
        large.annotations = ["a": String(repeating: "x", count: 256 << 10)]
        #expect(
            MetadataRules.createErrors(large, .dnsLabel, isNamespaced: true).map(\.description)
                == ["metadata.annotations: Too long: may not be more than 262144 bytes"])
    }

    @Test("a terminating object gets no new finalizer")
    func finalizers() {
        var old = ObjectMeta(name: "web", namespace: "shop")
        old.deletionTimestamp = "2026-08-01T12:00:00Z"
        old.finalizers = ["a/b"]
        var new = old
        new.finalizers = []
        #expect(MetadataRules.updateErrors(new, replacing: old).isEmpty)
        new.finalizers = ["a/b", "c/d"]
        #expect(
            MetadataRules.updateErrors(new, replacing: old).map(\.description) == [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
                    + "deleted, found new finalizers []string{\"c/d\"}"
            ])
    }
}
