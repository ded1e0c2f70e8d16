import Addresses
import KubeAPI

/// The addresses that a Service asks for, by what they are.
struct ServiceAddresses {
    private(set) var clusterIPs: [IPAddress] = []
    private(set) var externalIPs: [IPAddress] = []
    /// Those with ipMode VIP.
    private(set) var loadBalancerIPs: [IPAddress] = []
    private(set) var problems: Set<ServiceProblem> = []

    init(_ service: Service) {
        let spec = service.spec
        let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
        clusterIPs = texts.filter { !$0.isEmpty }.compactMap { read($0, "spec.clusterIPs") }
        externalIPs = spec.externalIPs.compactMap { read($0, "spec.externalIPs") }
        guard spec.type == .loadBalancer else { return }
        for ingress in service.status.ingress where !ingress.ip.isEmpty {
            guard ingress.ipMode ?? "VIP" == "VIP" else { continue }
            if let address = read(ingress.ip, "status.loadBalancer.ingress") {
                loadBalancerIPs.append(address)
            }
        }
    }

    /// A Service has ports in the families of its ClusterIPs, in no other.
    var families: [IPFamily] { clusterIPs.map(\.family) }

    /// The load-balancer IP goes first: of an address that is named twice its source ranges count.
    func addresses(_ family: IPFamily) -> [(Frontend.Kind, IPAddress)] {
        let all =
            clusterIPs.map { (Frontend.Kind.clusterIP, $0) }
            + loadBalancerIPs.map { (.loadBalancerIP, $0) }
            + externalIPs.map { (.externalIP, $0) }
        return all.filter { $0.1.family == family }
    }

    /// Reachable from outside the cluster by more than a NodePort.
    func isExternal(_ family: IPFamily) -> Bool {
        (externalIPs + loadBalancerIPs).contains { $0.family == family }
    }

    private mutating func read(_ text: String, _ field: String) -> IPAddress? {
        if let address = IPAddress(kubernetes: text) { return address }
        problems.insert(
            ServiceProblem(
                "InvalidAddress", "\(field) has \"\(text)\", which is no IP address; correct it"))
        return nil
    }
}
