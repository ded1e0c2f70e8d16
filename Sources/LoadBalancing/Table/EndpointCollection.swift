import Addresses
import KubeAPI

/// An endpoint of one ServicePort as the slices tell it: what the choice of backends works on.
struct Candidate {
    var backend: Backend
    var nodeName: String?
    var zones: [String]
    var nodes: [String]
    var isReady: Bool
    var isServing: Bool
    var isTerminating: Bool
    /// Why it can never be used; nil: it can.
    var defect: String?

    /// Serving and on its way out: used where nothing is ready.
    var isLastResort: Bool { !isReady && isServing && isTerminating }

    /// Of two reports of one endpoint the more useful one counts.
    private var rank: Int { defect != nil ? 0 : isReady ? 3 : isLastResort ? 2 : 1 }

    /// Takes another report of the same address and port.
    mutating func merge(_ other: Candidate) {
        let isLocal = backend.isLocal || other.backend.isLocal
        if other.rank > rank { self = other }
        backend.isLocal = isLocal
    }
}

/// Gathers the endpoints of one Service out of its slices, port by port.
struct EndpointCollection {
    let snapshot: ClusterSnapshot
    let slices: [EndpointSlice]
    /// What is wrong with annotations and addresses.
    var problems: Set<ServiceProblem> = []

    /// Slices with label `service.kubernetes.io/headless` are not proxied.
    init(of service: ObjectName, in snapshot: ClusterSnapshot) {
        self.snapshot = snapshot
        slices = (snapshot.slices[service] ?? [:]).sorted { $0.key < $1.key }.map(\.value).filter {
            $0.metadata.labels["service.kubernetes.io/headless"] == nil
        }
    }

    /// The candidates for a port, in the order of their addresses, each once.
    mutating func candidates(port: String, _ `protocol`: L4Protocol, _ family: IPFamily)
        -> [Candidate]
    {
        var found: [IPSocketAddress: Candidate] = [:]
        for slice in slices where slice.addressType == family.description {
            for slicePort in slice.ports ?? [] {
                guard slicePort.name == port, slicePort.protocol == `protocol`.rawValue,
                    let number = slicePort.port
                else { continue }
                for endpoint in slice.endpoints {
                    guard let new = candidate(endpoint, number, slice, family) else { continue }
                    if found[new.backend.socketAddress]?.merge(new) == nil {
                        found[new.backend.socketAddress] = new
                    }
                }
            }
        }
        return found.values.sorted { $0.backend < $1.backend }
    }

    private mutating func candidate(
        _ endpoint: Endpoint, _ number: Int64, _ slice: EndpointSlice, _ family: IPFamily
    ) -> Candidate? {
        let text = endpoint.addresses.first ?? ""
        guard let address = IPAddress(kubernetes: text), address.family == family else {
            problems.insert(
                ServiceProblem(
                    "InvalidEndpoint",
                    "EndpointSlice \(slice.metadata.name) has \"\(text)\", which is no \(family) "
                        + "address; correct or remove the endpoint"))
            return nil
        }
        let port = Port(exactly: number) ?? 0
        var candidate = Candidate(
            backend: Backend(
                address, port, weight: weight(of: endpoint, in: slice),
                isLocal: endpoint.nodeName == snapshot.node.name),
            nodeName: endpoint.nodeName, zones: endpoint.hints?.forZones ?? [],
            nodes: endpoint.hints?.forNodes ?? [], isReady: endpoint.isReady,
            isServing: endpoint.isServing && !isDrained(endpoint),
            isTerminating: endpoint.isTerminating)
        if port == 0 { candidate.defect = "port \(number) is not a port" }
        if address.isUnspecified || address.isMulticast {
            candidate.defect = "\(address) is not the address of an endpoint"
        }
        return candidate
    }

    private func isDrained(_ endpoint: Endpoint) -> Bool {
        guard endpoint.isTerminating, let pod = endpoint.pod else { return false }
        return snapshot.drainedPods.contains(pod)
    }

    /// The Pod's weight; without one, the slice's; else 1.
    private mutating func weight(of endpoint: Endpoint, in slice: EndpointSlice) -> UInt16 {
        if let pod = endpoint.pod {
            if let weight = snapshot.podWeights[pod] { return weight }
            if let text = snapshot.invalidPodWeights[pod] { report(text, "Pod", pod.name) }
        }
        guard let text = slice.metadata.annotations[Scheduler.weightAnnotation] else { return 1 }
        if let weight = UInt16(text) { return weight }
        report(text, "EndpointSlice", slice.metadata.name)
        return 1
    }

    private mutating func report(_ text: String, _ kind: String, _ name: String) {
        problems.insert(
            ServiceProblem(
                "InvalidWeight",
                "annotation \(Scheduler.weightAnnotation) of \(kind) \(name) is \"\(text)\" and is "
                    + "ignored; it must be a number from 0 to 65535"))
    }
}
