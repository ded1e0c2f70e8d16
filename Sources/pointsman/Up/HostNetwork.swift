import Addresses
import Linux

/// What makes this host answer for Service and load-balancer addresses: one route a network, no address a Service.
/// The routes end with `up`; a next start finds and replaces what a killed one left.
struct HostNetwork {
    let plan: AddressPlan

    /// What this host would use to speak to others.
    static func facts() throws -> HostFacts {
        var stack = try NetworkStack()
        var nodeIPs: [IPAddress] = []
        for family in IPFamily.allCases {
            if let address = try stack.defaultRouteAddress(family)
                ?? stack.firstGlobalAddress(family)
            {
                nodeIPs.append(address)
            }
        }
        return HostFacts(
            isPrivileged: Capability.netAdmin.isHeld, hasIPv6: Host.hasIPv6, nodeIPs: nodeIPs)
    }

    /// Refuses networks that the host already has another way to.
    func checkOverlaps() throws {
        guard plan.isPrivileged else { return }
        var stack = try NetworkStack()
        // Left by an earlier start, perhaps one with other networks.
        let left = try Self.ownAddresses(&stack).map(\.address)
        let own = Set((plan.hostAddresses + left).map(IPPrefix.init(host:)))
        for (option, prefix) in networks {
            if let route = try stack.overlap(of: prefix, ignoring: own) {
                throw AddressPlanError(
                    "\(option) \(prefix) overlaps the route \(route) of this host; choose another network"
                )
            }
        }
    }

    /// This host's own address in each Pod network, and `local <network> dev lo src <node IP>`.
    /// - Returns: false where one of the routes was there: an earlier start has left it, or another one uses it.
    func addRoutes() throws -> Bool {
        guard plan.isPrivileged else { return true }
        var stack = try NetworkStack()
        let before = Set(try stack.routes().filter { $0.isOurs && $0.isLocal }.map(\.prefix))
        let loopback = try Self.loopback(&stack)
        for address in plan.hostAddresses {
            try stack.addAddress(
                address, prefixLength: address.family.bits, to: loopback, isOurs: true)
        }
        for old in try Self.ownAddresses(&stack) where !plan.hostAddresses.contains(old.address) {
            try stack.removeAddress(old.address, prefixLength: old.prefixLength, from: loopback)
        }
        for prefix in plan.serviceCIDRs + plan.loadBalancerPools {
            guard let source = plan.source(prefix.family) else { continue }
            try stack.addLocalRoute(to: prefix, source: source)
        }
        return before.isDisjoint(with: plan.serviceCIDRs + plan.loadBalancerPools)
    }

    func removeRoutes() throws {
        guard plan.isPrivileged else { return }
        var stack = try NetworkStack()
        for prefix in plan.serviceCIDRs + plan.loadBalancerPools {
            try stack.removeLocalRoute(to: prefix)
        }
        let loopback = try Self.loopback(&stack)
        for address in plan.hostAddresses {
            try stack.removeAddress(address, prefixLength: address.family.bits, from: loopback)
        }
    }

    /// The addresses of lo that `addRoutes` has given, in this start or an earlier one.
    static func ownAddresses(_ stack: inout NetworkStack) throws -> [InterfaceAddress] {
        let loopback = try loopback(&stack)
        return try stack.addresses().filter { $0.isOurs && $0.interface == loopback }
    }

    private static func loopback(_ stack: inout NetworkStack) throws -> Int32 {
        guard let index = try stack.interface(named: "lo")?.index else {
            throw AddressPlanError("this network namespace has no interface lo")
        }
        return index
    }

    private var networks: [(String, IPPrefix)] {
        plan.serviceCIDRs.map { ("--service-cidr", $0) } + plan.podCIDRs.map { ("--pod-cidr", $0) }
            + plan.loadBalancerPools.map { ("--lb-pool", $0) }
    }

}
