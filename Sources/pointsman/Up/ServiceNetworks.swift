import Addresses
import Linux
import Synchronization

/// Makes this host answer for the networks of ServiceCIDRs that are added to those of the start, and no longer for
/// those that have gone. Without privilege there is nothing to do: all of 127.0.0.0/8 is local.
final class ServiceNetworks: Sendable {
    private let plan: AddressPlan
    /// The networks that have a route by now; nil until the routes of a killed start have been removed.
    private let routed = Mutex<Set<IPPrefix>?>(nil)

    init(_ plan: AddressPlan) { self.plan = plan }

    /// Takes all networks of ClusterIPs; says of those that cannot be served why.
    func serve(_ networks: Set<IPPrefix>) -> [IPPrefix: String] {
        var problems: [IPPrefix: String] = [:]
        let added = networks.subtracting(plan.serviceCIDRs)
        for network in added { problems[network] = plan.objection(toServiceNetwork: network) }
        guard plan.isPrivileged else { return problems }
        routed.withLock { routed in
            do {
                var stack = try NetworkStack()
                let present = try routed ?? Self.leftovers(&stack, plan)
                let wanted = added.filter { problems[$0] == nil }
                for network in present.subtracting(wanted) {
                    try stack.removeLocalRoute(to: network)
                }
                routed = present.intersection(wanted)
                for network in wanted.subtracting(routed ?? []).sorted() {
                    problems[network] = try add(network, &stack)
                    if problems[network] == nil { routed?.insert(network) }
                }
            } catch {
                for network in added where routed?.contains(network) != true {
                    problems[network] = problems[network] ?? "\(error)"
                }
            }
        }
        return problems
    }

    /// Removes every route that was added.
    func end() { _ = serve(Set(plan.serviceCIDRs)) }

    /// - Returns: why there is no route; nil if there is.
    private func add(_ network: IPPrefix, _ stack: inout NetworkStack) throws -> String? {
        if let route = try stack.overlap(of: network) {
            return "\(network) overlaps the route \(route) of this host; choose another network"
        }
        guard let source = plan.source(network.family) else {
            return "this host has no \(network.family) address"
        }
        try stack.addLocalRoute(to: network, source: source)
        return nil
    }

    /// The routes of networks that a start that was killed has left. Those of single addresses are not among them:
    /// they belong to externalIPs, and a network of one address has none for a Service.
    private static func leftovers(
        _ stack: inout NetworkStack, _ plan: AddressPlan
    ) throws -> Set<IPPrefix> {
        let networks = try stack.routes().filter {
            $0.isOurs && $0.isLocal && $0.prefix.length < $0.prefix.family.bits
        }.map(\.prefix)
        return Set(networks).subtracting(plan.serviceCIDRs + plan.loadBalancerPools)
    }
}
