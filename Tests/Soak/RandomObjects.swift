import KubeAPI
import TestSupport

/// The objects that a client makes up.
struct RandomObjects: Sendable {
    /// Kinds whose objects nobody but the client writes or deletes.
    static let resources: [Resource] = [
        .services, .services, .endpointSlices, .leases, .pods, .events,
    ]
    static let namespace = "default"

    /// An object with a token. Some of them the server refuses: ports and addresses that are taken, values that are
    /// not valid.
    static func object(
        _ key: Ledger.Key, token: Int, _ rng: inout SplitMix64
    ) -> JSON {
        var object: JSON =
            switch key.resource {
            case .services: service(&rng)
            case .endpointSlices: slice(&rng)
            case .leases: ["spec": ["holderIdentity": "somebody", "leaseDurationSeconds": 15]]
            case .pods: ["spec": ["containers": [["name": "main", "image": "none"]]]]
            default: event(key)
            }
        object["kind"] = .string(key.resource.kind)
        object["apiVersion"] = .string(key.resource.apiVersion)
        object["metadata"] = [
            "name": .string(key.name.name), "namespace": .string(key.name.namespace),
            "annotations": [Ledger.token: .string("\(token)")],
            "labels": ["app": .string("a\(Int.random(in: 0..<5, using: &rng))")],
        ]
        return object
    }

    private static func slice(_ rng: inout SplitMix64) -> JSON {
        let address = JSON.string("10.9.1.\(Int.random(in: 1...250, using: &rng))")
        return [
            "addressType": "IPv4", "endpoints": [["addresses": [address]]], "ports": [["port": 80]],
        ]
    }

    private static func event(_ key: Ledger.Key) -> JSON {
        [
            "involvedObject": ["kind": "Pod", "namespace": .string(key.name.namespace)],
            "reason": "Soak", "message": "a client made it", "type": "Normal",
        ]
    }

    /// What the type of a Service asks for.
    static func service(_ rng: inout SplitMix64) -> JSON {
        let type = ["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"].randomElement(using: &rng)
        var port: JSON = ["name": "a", "port": 80]
        // Now and then one that is taken, or outside the range.
        if type != "ClusterIP", Int.random(in: 0..<4, using: &rng) == 0 {
            port["nodePort"] = .integer(Int64.random(in: 29_999...30_064, using: &rng))
        }
        var spec: JSON = [
            "type": .string(type ?? "ClusterIP"), "ports": [port],
            "ipFamilyPolicy": .string(
                Bool.random(using: &rng) ? "SingleStack" : "PreferDualStack"),
        ]
        switch Int.random(in: 0..<8, using: &rng) {
        case 0: spec["clusterIP"] = "None"
        case 1:
            spec["clusterIP"] = .string("10.96.0.\(Int.random(in: 0...255, using: &rng))")
        case 2: spec["ports"] = [["name": "a", "port": 80], ["name": "b", "port": 81]]
        case 3: spec["ports"] = [["name": "a", "port": 0]]
        default: break
        }
        if spec["clusterIP"]?.string == "None" { spec["type"] = "ClusterIP" }
        if Bool.random(using: &rng) { spec["selector"] = ["app": "a1"] }
        return ["spec": spec]
    }
}
