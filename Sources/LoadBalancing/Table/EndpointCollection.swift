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

    var isUsable: Bool { defect == nil && backend.weight > 0 }

    /// Serving and on its way out: used where nothing is ready.
    var isLastResort: Bool { !isReady && isServing && isTerminating }

    /// Of two reports of one endpoint the more useful one counts.
    private var rank: Int { defect != nil ? 0 : isReady ? 3 : isLastResort ? 2 : 1 }

    /// Takes another report of the same address and port.
    mutating func merge(_ other: Candidate) {
        let place = min(backend.place, other.backend.place)
        if other.rank > rank { self = other }
        backend.place = place
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
        var slices: [EndpointSlice] = []
        for slice in (snapshot.slices[service] ?? [:]).values where !slice.isHeadless {
            slices.append(slice)
        }
        if slices.count > 1 { slices.sort { $0.metadata.name < $1.metadata.name } }
        self.slices = slices
    }

    /// The candidates for a port, in the order of their addresses, each once.
    mutating func candidates(port: String, _ `protocol`: L4Protocol, _ family: IPFamily)
        -> [Candidate]
    {
        var found: [Candidate] = []
        for slice in slices where slice.addressType == family.description {
            for slicePort in slice.ports ?? [] {
                guard slicePort.name == port, slicePort.protocol == `protocol`.rawValue,
                    let number = slicePort.port
                else { continue }
                found.reserveCapacity(found.count + slice.endpoints.count)
                for endpoint in slice.endpoints {
                    guard let new = candidate(endpoint, number, slice, family) else { continue }
                    found.append(new)
                }
            }
        }
        return Self.merged(found)
    }

    /// In order; of reports of one endpoint in the order of the slices one.
    private static func merged(_ reports: [Candidate]) -> [Candidate] {
        if isInOrder(reports) { return reports }
        let order = reports.indices.sorted {
            let (a, b) = (reports[$0].backend, reports[$1].backend)
            return a < b || !(b < a) && $0 < $1
        }
        var merged: [Candidate] = []
        merged.reserveCapacity(reports.count)
        for report in order.map({ reports[$0] }) {
            if merged.last?.backend.socketAddress == report.backend.socketAddress {
                merged[merged.count - 1].merge(report)
            } else {
                merged.append(report)
            }
        }
        return merged
    }

    private static func isInOrder(_ reports: [Candidate]) -> Bool {
        var index = 1
        while index < reports.count {
            guard reports[index - 1].backend < reports[index].backend else { return false }
            index += 1
        }
        return true
    }

    private mutating func candidate(
        _ endpoint: Endpoint, _ number: Int64, _ slice: EndpointSlice, _ family: IPFamily
    ) -> Candidate? {
        let text = endpoint.firstAddress ?? ""
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
                address, port, weight: weight(of: endpoint, in: slice), place(of: endpoint)),
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

    private func place(of endpoint: Endpoint) -> Backend.Place {
        guard let node = endpoint.nodeName else { return .unknown }
        return node == snapshot.node.name ? .here : .elsewhere
    }

    private func isDrained(_ endpoint: Endpoint) -> Bool {
        guard endpoint.isTerminating, !snapshot.drainedPods.isEmpty, let pod = endpoint.pod
        else { return false }
        return snapshot.drainedPods.contains(pod)
    }

    /// The Pod's weight; without one, the slice's; else 1.
    private mutating func weight(of endpoint: Endpoint, in slice: EndpointSlice) -> UInt16 {
        if snapshot.hasPodWeights, let pod = endpoint.pod {
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

extension EndpointSlice {
    fileprivate var isHeadless: Bool {
        metadata.labels["service.kubernetes.io/headless"] != nil
    }
}
