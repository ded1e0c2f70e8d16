import Addresses

/// Which addresses a stand-alone Pointsman uses for what: decided once at start, a pure function of the options
/// and of what the host allows.
struct AddressPlan: Equatable, Sendable {
    /// With CAP_NET_ADMIN Pods have network namespaces and addresses of their own; without, everything is a slice
    /// of 127.0.0.0/8.
    var isPrivileged: Bool
    /// One a family, the first is the primary one.
    var serviceCIDRs: [IPPrefix]
    var podCIDRs: [IPPrefix]
    var loadBalancerPools: [IPPrefix]
    /// Where NodePorts are served beside loopback; the first of a family is the source of the host's own traffic.
    var nodeIPs: [IPAddress]

    /// The first address of each Pod CIDR: this host as its Pods see it. API and DNS serve there.
    var hostAddresses: [IPAddress] { podCIDRs.map { Self.address($0, 1) } }
    /// ClusterIPs of the Service `kubernetes`, the first address of each Service CIDR.
    var apiClusterIPs: [IPAddress] { serviceCIDRs.map { Self.address($0, 1) } }
    /// ClusterIPs of the Service `kube-dns`, one a Service CIDR: as chosen, else the tenth address.
    var dnsClusterIPs: [IPAddress] = []
    var families: [IPFamily] { serviceCIDRs.map(\.family) }

    private static func address(_ prefix: IPPrefix, _ offset: UInt64) -> IPAddress {
        prefix.network.advanced(by: offset) ?? prefix.network
    }
}

/// The address options of `up` as they were given; empty means "choose".
struct AddressOptions: Equatable, Sendable {
    var serviceCIDRs: [String] = []
    var podCIDRs: [String] = []
    var nodeIPs: [String] = []
    var loadBalancerPools: [String] = []
    var dnsClusterIPs: [String] = []
}

/// What the plan depends on beside the options.
struct HostFacts: Equatable, Sendable {
    var isPrivileged: Bool
    var hasIPv6: Bool
    /// The addresses that the host itself would use to speak to others, one a family at most.
    var nodeIPs: [IPAddress]
}

/// Why there is no plan: which option, and what to do.
struct AddressPlanError: Error, Equatable, Sendable, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

extension AddressPlan {
    private static let privilegedDefaults = (
        service: ["10.96.0.0/12", "fd00:10:96::/112"], pod: ["10.244.0.0/24", "fd00:10:244::/64"],
        pools: ["10.245.0.0/24", "fd00:10:245::/112"]
    )
    private static let unprivilegedDefaults = (
        service: ["127.96.0.0/16"], pod: ["127.244.0.0/24"], pools: ["127.245.0.0/24"]
    )

    init(_ options: AddressOptions, _ host: HostFacts) throws(AddressPlanError) {
        isPrivileged = host.isPrivileged
        serviceCIDRs = try Self.prefixes(options.serviceCIDRs, "--service-cidr")
        podCIDRs = try Self.prefixes(options.podCIDRs, "--pod-cidr")
        loadBalancerPools = try Self.prefixes(options.loadBalancerPools, "--lb-pool")
        nodeIPs = try Self.addresses(options.nodeIPs, "--node-ip")
        try Self.requireFamilies(serviceCIDRs.map(\.family), "--service-cidr")
        try Self.requireFamilies(podCIDRs.map(\.family), "--pod-cidr")
        try Self.requireFamilies(nodeIPs.map(\.family), "--node-ip")
        let dns = try Self.addresses(options.dnsClusterIPs, "--cluster-dns")
        try Self.requireFamilies(dns.map(\.family), "--cluster-dns")
        fillDefaults(host)
        dnsClusterIPs = serviceCIDRs.map { cidr in
            dns.first { $0.family == cidr.family } ?? Self.address(cidr, 10)
        }
        try checkFamilies()
        try checkSizes()
        try checkReach()
        try checkOverlaps()
        try checkDNS(dns)
    }

    // MARK: Reading

    private static func prefixes(
        _ texts: [String], _ option: String
    ) throws(AddressPlanError) -> [IPPrefix] {
        var prefixes: [IPPrefix] = []
        for text in texts {
            guard let prefix = IPPrefix(text) else {
                throw AddressPlanError("\(option) \(text): not a CIDR such as 10.96.0.0/12")
            }
            guard text.hasPrefix(prefix.network.description + "/") || text.contains("::") else {
                throw AddressPlanError("\(option) \(text): has host bits set, use \(prefix)")
            }
            prefixes.append(prefix)
        }
        return prefixes
    }

    private static func addresses(
        _ texts: [String], _ option: String
    ) throws(AddressPlanError) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for text in texts {
            guard let address = IPAddress(text), !address.isUnspecified, !address.isMulticast
            else { throw AddressPlanError("\(option) \(text): not an address of a host") }
            addresses.append(address)
        }
        return addresses
    }

    private static func requireFamilies(
        _ families: [IPFamily], _ option: String
    ) throws(AddressPlanError) {
        guard families.count <= 2, Set(families).count == families.count else {
            throw AddressPlanError("\(option): give at most one value of each family")
        }
    }

    // MARK: Choosing

    private mutating func fillDefaults(_ host: HostFacts) {
        let defaults = isPrivileged ? Self.privilegedDefaults : Self.unprivilegedDefaults
        let wanted: Set<IPFamily>
        if !serviceCIDRs.isEmpty {
            wanted = Set(serviceCIDRs.map(\.family))
        } else if !podCIDRs.isEmpty {
            wanted = Set(podCIDRs.map(\.family))
        } else {
            wanted = isPrivileged && host.hasIPv6 ? [.ipv4, .ipv6] : [.ipv4]
        }
        func chosen(_ texts: [String]) -> [IPPrefix] {
            texts.compactMap { IPPrefix($0) }.filter { wanted.contains($0.family) }
        }
        if serviceCIDRs.isEmpty { serviceCIDRs = chosen(defaults.service) }
        if podCIDRs.isEmpty { podCIDRs = chosen(defaults.pod) }
        if loadBalancerPools.isEmpty { loadBalancerPools = chosen(defaults.pools) }
        if nodeIPs.isEmpty { nodeIPs = host.nodeIPs.filter { wanted.contains($0.family) } }
    }

    // MARK: Checking

    private func checkFamilies() throws(AddressPlanError) {
        guard Set(serviceCIDRs.map(\.family)) == Set(podCIDRs.map(\.family)) else {
            throw AddressPlanError(
                "--service-cidr and --pod-cidr must be of the same families, but are "
                    + "\(Self.list(serviceCIDRs)) and \(Self.list(podCIDRs))")
        }
    }

    private func checkSizes() throws(AddressPlanError) {
        for prefix in serviceCIDRs where prefix.addressCount < 16 {
            throw AddressPlanError(
                "--service-cidr \(prefix): too small, 16 addresses are needed at least")
        }
        for prefix in podCIDRs where prefix.addressCount < 4 {
            throw AddressPlanError(
                "--pod-cidr \(prefix): too small, 4 addresses are needed at least")
        }
    }

    private func checkReach() throws(AddressPlanError) {
        for (option, prefix) in labelled {
            if let why = objection(toReaching: prefix) {
                throw AddressPlanError("\(option) \(prefix): \(why)")
            }
        }
    }

    private func objection(toReaching prefix: IPPrefix) -> String? {
        let loopback = IPPrefix(IPAddress(ipv4: 0x7F00_0000), length: 8)
        let isLoopback = loopback.contains(prefix.network) && prefix.length >= 8
        if !isPrivileged, !isLoopback {
            return "without CAP_NET_ADMIN only slices of 127.0.0.0/8 can be used; "
                + "start as root, or choose one of those"
        }
        if isPrivileged,
            prefix.network.isLoopback || prefix.network.isMulticast
                || prefix.network.isLinkLocalUnicast || prefix.length == 0
        {
            return "Pods have networks of their own here and cannot reach it; "
                + "choose a unicast network such as 10.96.0.0/12"
        }
        return nil
    }

    /// Why a network that is added to those of Services while everything runs cannot be one; nil if it can.
    func objection(toServiceNetwork prefix: IPPrefix) -> String? {
        guard families.contains(prefix.family) else {
            return "\(prefix): this cluster has no \(prefix.family), see --service-cidr"
        }
        if let why = objection(toReaching: prefix) { return "\(prefix): \(why)" }
        for (option, other) in labelled.dropFirst(serviceCIDRs.count)
        where prefix.overlaps(other) {
            return "\(prefix) overlaps \(option) \(other); choose another network"
        }
        let localhost = IPAddress(ipv4: 0x7F00_0001)
        for address in nodeIPs + [localhost] where prefix.contains(address) {
            return "\(prefix) contains this node's own address \(address); choose another network"
        }
        return nil
    }

    /// The source of the host's own connections to networks of a family: without it a connection to a ClusterIP would
    /// come from that ClusterIP.
    func source(_ family: IPFamily) -> IPAddress? {
        (nodeIPs + hostAddresses).first { $0.family == family }
    }

    private func checkOverlaps() throws(AddressPlanError) {
        let all = labelled
        for (index, (option, prefix)) in all.enumerated() {
            for (other, second) in all[..<index] where prefix.overlaps(second) {
                throw AddressPlanError(
                    "\(option) \(prefix) overlaps \(other) \(second); choose separate networks")
            }
            for address in nodeIPs where prefix.contains(address) {
                throw AddressPlanError(
                    "\(option) \(prefix) contains the node's own address \(address); "
                        + "choose another network")
            }
        }
    }

    private func checkDNS(_ chosen: [IPAddress]) throws(AddressPlanError) {
        for address in chosen {
            guard serviceCIDRs.contains(where: { $0.contains(address) && $0.network != address })
            else {
                throw AddressPlanError(
                    "--cluster-dns \(address): not in --service-cidr \(Self.list(serviceCIDRs))")
            }
            guard !apiClusterIPs.contains(address) else {
                throw AddressPlanError(
                    "--cluster-dns \(address): that is the address of the Service kubernetes")
            }
        }
    }

    private var labelled: [(String, IPPrefix)] {
        serviceCIDRs.map { ("--service-cidr", $0) } + podCIDRs.map { ("--pod-cidr", $0) }
            + loadBalancerPools.map { ("--lb-pool", $0) }
    }

    private static func list(_ prefixes: [IPPrefix]) -> String {
        prefixes.map(\.description).joined(separator: ",")
    }
}
