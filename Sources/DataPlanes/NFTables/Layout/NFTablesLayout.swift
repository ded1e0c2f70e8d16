import Addresses
import LoadBalancing
import Wire

/// The table of one family: its sets, chains and rules, for a Structure. A Service has no rule of its own: it is
/// elements of the sets (README.md beside this file shows a packet's way).
struct NFTablesLayout: Sendable {
    static let table = "pointsman"
    static let comment = "made by pointsman, which undoes changes by others"

    let family: IPFamily
    /// The local detector; nil: Pods are told by their addresses.
    var podInterfaces: PodInterfaces?

    var table: NFTables.Table { NFTables.Table(name: Self.table, comment: Self.comment) }

    // MARK: Sets

    func sets(_ structure: Structure) -> [SetName] {
        var names: [SetName] = [
            .servicePorts, .externalServicePorts, .nodeAddresses, .nodePorts, .externalNodePorts,
            .pods, .clusterIPs, .serviceCIDRs, .restricted, .allowed, .masqueradeModes,
            .nodeMasqueradeModes, .hairpin, .backends, .otherBackends, .roundRobin,
        ]
        names += family == .ipv4 ? [.affinity] : [.affinityAddresses, .affinityPorts]
        names += structure.slotCounts.map(SetName.slots)
        names += structure.maglevCounts.map(SetName.maglev)
        names += structure.stickyTimeouts.map(SetName.sticky)
        return names
    }

    func set(_ name: SetName) -> NFTables.Set {
        let text = name.text
        switch name {
        case .restricted: return NFTables.Set(text, key: key)
        case .servicePorts, .externalServicePorts, .masqueradeModes:
            return NFTables.Set(text, key: key, data: NFTables.SetType(.classID))
        case .nodePorts, .externalNodePorts, .nodeMasqueradeModes:
            return NFTables.Set(text, key: Self.nodeKey, data: NFTables.SetType(.classID))
        case .nodeAddresses, .clusterIPs:
            return NFTables.Set(text, key: NFTables.SetType(address))
        case .pods, .serviceCIDRs:
            return NFTables.Set(text, .interval, key: NFTables.SetType(address))
        case .allowed:
            return NFTables.Set(
                text, [.interval, .concatenation],
                key: NFTables.SetType(address, .l4Protocol, .port, address))
        case .hairpin: return NFTables.Set(text, key: NFTables.SetType(address, address))
        case .backends, .otherBackends:
            return NFTables.Set(
                text, key: NFTables.SetType(.priority, .number),
                data: NFTables.SetType(destination, .destinationPort))
        case .affinity, .affinityAddresses, .affinityPorts: return learnedSet(name)
        case .roundRobin:
            return NFTables.Set(
                text, key: NFTables.SetType(.classID), data: NFTables.SetType(.verdict))
        case .slots, .maglev, .sticky:
            return NFTables.Set(text, key: NFTables.SetType(.classID))
        }
    }

    /// The kernel gives up adding at this many, and forgets those that have timed out.
    private static let learnedElements: UInt32 = 1 << 20

    private func learnedSet(_ name: SetName) -> NFTables.Set {
        let key: NFTables.SetType
        let data: NFTables.SetType
        switch name {
        case .affinityAddresses:
            key = NFTables.SetType(.priority, .number)
            data = NFTables.SetType(destination)
        case .affinityPorts:
            key = NFTables.SetType(.priority, .number)
            data = NFTables.SetType(.destinationPort)
        default:
            key = NFTables.SetType(.sourceAddress4, .priority)
            data = NFTables.SetType(destination, .destinationPort)
        }
        return NFTables.Set(
            name.text, [.dynamic, .timeout], key: key, data: data, size: Self.learnedElements)
    }

    private var address: NFTables.DataType { family == .ipv4 ? .ipv4Address : .ipv6Address }

    private var destination: NFTables.DataType {
        family == .ipv4 ? .destinationAddress4 : .destinationAddress6
    }

    private var key: NFTables.SetType { NFTables.SetType(address, .l4Protocol, .port) }
    private static let nodeKey = NFTables.SetType(.l4Protocol, .port)

    // MARK: Chains

    func chains(_ structure: Structure) -> [ChainName] {
        var names: [ChainName] = [
            .prerouting, .output, .input, .postrouting, .servicesExternal, .services,
            .nodePortsExternal, .special, .specialExternal, .specialNodePortsExternal, .pick,
            .recall, .stick, .slots, .anyBackend, .translated, .translatedService,
            .translatedNodePort, .specialTranslated, .specialTranslatedNodePort, .delivered,
            .learn, .learnNodePort, .remember, .masquerading,
        ]
        names += structure.pickCounts.map(ChainName.pickAmong)
        names += structure.maglevCounts.map(ChainName.maglevAmong)
        names += structure.roundRobins.keys.sorted().map(ChainName.roundRobin)
        return names
    }

    func chain(_ name: ChainName) -> NFTables.Chain {
        let hook: NFTables.Hook? =
            switch name {
            // NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC.
            case .prerouting: NFTables.Hook(.prerouting, priority: -100)
            case .output: NFTables.Hook(.output, priority: -100)
            case .input: NFTables.Hook(.input, priority: 100)
            case .postrouting: NFTables.Hook(.postrouting, priority: 100)
            default: nil
            }
        return NFTables.Chain(name.text, hook)
    }

    func rules(_ name: ChainName, _ structure: Structure) -> [NFTables.Rule] {
        let writer = RuleWriter(family: family, podInterfaces: podInterfaces)
        return writer.rules(name, structure).map { NFTables.Rule(name.text, $0) }
    }
}
