import KubeAPI
import NIOCore

/// The objects that the benchmarks write, as JSON text.
enum Objects {
    static let services = "/api/v1/namespaces/default/services"
    static let endpoints = "/api/v1/namespaces/default/endpoints"
    static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

    /// A Service without selector: its endpoints are made by hand.
    static func service(_ number: Int) -> [UInt8] {
        object(
            "Service", "v1", ["name": .string(name(number)), "labels": ["app": "web"]],
            "spec", ["ports": [["name": "http", "port": 80, "targetPort": 8080]]])
    }

    /// The Endpoints of that Service: five addresses.
    static func endpoints(_ number: Int) -> [UInt8] {
        let addresses = addresses(number).map { JSON.object(["ip": .string($0)]) }
        return object(
            "Endpoints", "v1", ["name": .string(name(number))], "subsets",
            [["addresses": .array(addresses), "ports": [["name": "http", "port": 8080]]]])
    }

    /// An EndpointSlice of five endpoints, as the controller makes them.
    static func slice(_ number: Int) -> [UInt8] {
        let endpoints = addresses(number).enumerated().map { index, address -> JSON in
            [
                "addresses": [.string(address)],
                "conditions": ["ready": true, "serving": true, "terminating": false],
                "nodeName": "node-a",
                "targetRef": [
                    "kind": "Pod", "namespace": "default",
                    "name": .string("\(name(number))-5d7f9c-\(index)"),
                    "uid": "3c8e0f5a-6f1b-4c55-9d0e-2f6c5b1f7a10",
                ],
            ]
        }
        var slice: JSON = [
            "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
            "metadata": [
                "name": .string("slice-\(number)"),
                "labels": [
                    "kubernetes.io/service-name": .string("other-\(number)"),
                    "endpointslice.kubernetes.io/managed-by": "benchmark",
                ],
            ],
            "addressType": "IPv4", "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
        ]
        slice["endpoints"] = .array(endpoints)
        return slice.encoded()
    }

    /// A merge patch that changes an annotation.
    static func patch(_ value: Int) -> [UInt8] {
        let patch: JSON = ["metadata": ["annotations": ["benchmark": .string("\(value)")]]]
        return patch.encoded()
    }

    static func name(_ number: Int) -> String { "service-\(number)" }

    private static func addresses(_ number: Int) -> [String] {
        (0..<5).map { "10.\(20 + $0).\(number / 250).\(number % 250 + 1)" }
    }

    private static func object(
        _ kind: String, _ version: String, _ metadata: JSON, _ key: String, _ value: JSON
    ) -> [UInt8] {
        let object: JSON = [
            "kind": .string(kind), "apiVersion": .string(version), "metadata": metadata, key: value,
        ]
        return object.encoded()
    }
}

extension Connector {
    func create(_ path: String, _ object: [UInt8]) -> ByteBuffer {
        request("POST", path, type: "application/json", body: object)
    }

    func patch(_ path: String, _ patch: [UInt8]) -> ByteBuffer {
        request("PATCH", path, type: "application/merge-patch+json", body: patch)
    }
}
