import KubeAPI
import TestSupport

@testable import APIServer

/// Writes Services at random, some of them together with others, and knows of its own what was acknowledged.
struct ServiceWriter {
    /// What is known of a Service of its own.
    enum Known: Equatable {
        case absent
        /// With the addresses and ports that the answer had.
        case present(Set<String>)
        /// The answer of a write was lost.
        case unsure
    }

    let number: Int
    let ports: ClosedRange<Int64>
    var rng: SplitMix64
    private(set) var known: [String: Known] = [:]

    init(_ number: Int, ports: ClosedRange<Int64>, seed: UInt64) {
        self.number = number
        self.ports = ports
        rng = SplitMix64(seed: seed &* 100 &+ UInt64(number))
    }

    /// Works until the store is dead or so many operations are done.
    mutating func run(_ store: ObjectStore, _ count: Int) async {
        for _ in 0..<count {
            let isOwn = Int.random(in: 0..<4, using: &rng) != 0
            let index = Int.random(in: 0..<3, using: &rng)
            let name = isOwn ? "own-\(number)-\(index)" : "shared-\(index)"
            do throws(Status) {
                let after = try await step(store, name)
                if let after { known[name] = isOwn ? after : nil }
            } catch {
                guard error.reason == .serviceUnavailable else { continue }
                known[name] = isOwn ? .unsure : nil
                return
            }
        }
    }

    mutating func settle(_ name: String, _ now: Known) { known[name] = now }

    /// One operation; nil where it changed nothing.
    private mutating func step(
        _ store: ObjectStore, _ name: String
    ) async throws(Status) -> Known? {
        let object = ObjectName(namespace: "default", name: name)
        var options = WriteOptions()
        options.dryRun = Int.random(in: 0..<6, using: &rng) == 0
        let answer: EncodedObject
        switch Int.random(in: 0..<10, using: &rng) {
        case 0...3:
            answer = try await store.create(
                .services, namespace: "default", service(name), options
            ).object
        case 4...5:
            var deletion = DeleteOptions()
            deletion.dryRun = options.dryRun
            switch try await store.delete(.services, object, deletion) {
            case .gone: return options.dryRun ? nil : .absent
            case .terminating(let object): answer = object
            }
        default:
            answer = try await store.patch(.services, object, .merge(patch()), options).object
        }
        if options.dryRun { return nil }
        let stored = try? answer.json()
        let metadata = ObjectMeta(json: stored?["metadata"] ?? [:])
        let isGone = metadata.deletionTimestamp != nil && metadata.finalizers.isEmpty
        return isGone ? .absent : .present(Self.holdings(Service(json: stored ?? [:])))
    }

    private mutating func service(_ name: String) -> JSON {
        var service: JSON = [
            "metadata": ["name": .string(name), "namespace": "default"], "spec": spec(),
        ]
        if Int.random(in: 0..<6, using: &rng) == 0 {
            service["metadata"]?["finalizers"] = ["example.com/hold"]
        }
        switch Int.random(in: 0..<6, using: &rng) {
        case 0: service["spec"]?["clusterIP"] = "None"
        case 1...2:
            let address = "10.96.0.\(Int.random(in: 0...31, using: &rng))"
            service["spec"]?["clusterIP"] = .string(address)
        default: break
        }
        return service
    }

    private mutating func patch() -> JSON {
        switch Int.random(in: 0..<4, using: &rng) {
        case 0: ["metadata": ["finalizers": .null]]
        // Down to the first family.
        case 1: ["spec": ["ipFamilyPolicy": "SingleStack", "clusterIPs": .null]]
        default: ["spec": spec()]
        }
    }

    /// Types, policies and ports; now and then what is not valid.
    private mutating func spec() -> JSON {
        let types = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
        let type = types.randomElement(using: &rng) ?? "ClusterIP"
        var spec: JSON = [
            "type": .string(type), "ipFamilyPolicy": .string(policy()), "ports": .array([port()]),
        ]
        if Bool.random(using: &rng) { spec["ports"] = .array([port(), port()]) }
        if type == "ExternalName" { spec = ["type": "ExternalName", "externalName": "a.example"] }
        if type == "LoadBalancer", Bool.random(using: &rng) {
            spec["externalTrafficPolicy"] = "Local"
        }
        return spec
    }

    private mutating func policy() -> String {
        Bool.random(using: &rng) ? "SingleStack" : "PreferDualStack"
    }

    private mutating func port() -> JSON {
        let number = Int64.random(in: 79...84, using: &rng)
        var port: JSON = ["name": .string("p\(number)"), "port": .integer(number)]
        if number == 79 { port["port"] = 0 }
        if Int.random(in: 0..<3, using: &rng) == 0 {
            port["nodePort"] = .integer(
                Int64.random(in: ports.lowerBound - 1...ports.upperBound + 1, using: &rng))
        }
        return port
    }

    /// What a Service holds, as texts.
    static func holdings(_ service: Service) -> Set<String> {
        guard service.spec.type != .externalName else { return [] }
        let ports = service.spec.ports.map(\.nodePort) + [service.spec.healthCheckNodePort]
        return Set(service.spec.clusterIPs.filter { $0 != "None" })
            .union(ports.filter { $0 != 0 }.map { "port \($0)" })
    }
}
