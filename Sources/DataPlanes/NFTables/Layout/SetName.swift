/// The sets and maps of the table: what a packet's way is looked up in. "key" is address, protocol and port of a
/// frontend; "node key" protocol and port of a NodePort; "id" stands for one list of backends.
enum SetName: Hashable, Sendable, Comparable {
    /// key → id of the list for internal sources, or for all, with a mark where the frontend is special. Every key is here: one
    /// look-up lets all other traffic go.
    case servicePorts
    /// key → id for external sources, where it is another one.
    case externalServicePorts
    /// Addresses of this node at which NodePorts are served.
    case nodeAddresses
    case nodePorts
    case externalNodePorts
    /// Networks of Pods: the local detector.
    case pods
    /// ClusterIPs, also those of a Service all of whose ports are refused.
    case clusterIPs
    case serviceCIDRs
    /// Keys that not everybody may connect to, and key . source of who may.
    case restricted, allowed
    /// key, or node key → which connections are masqueraded, where it is not what is usual.
    case masqueradeModes, nodeMasqueradeModes
    /// Pairs of one address: a backend that was chosen for its own connection.
    case hairpin
    /// id . slot → address . port. First those of TCP's lists of few slots that are chosen among at random: nearly all. The
    /// kernel leads a new rule past all elements of a map that it names, and a new element past all rules that name
    /// its map; so what needs rules of its own is kept apart, and few rules name the large one.
    case backends, otherBackends
    /// source . id → address . port, learned from packets.
    case affinity
    /// id . hash of the source → address and → port: IPv6, where nft's registers are too small for one map.
    case affinityAddresses, affinityPorts
    /// id → chain of its own.
    case roundRobin
    /// The ids of lists with so many slots, chosen among at random.
    case slots(Int)
    /// The ids of lists with so many slots, chosen among by a hash of the source.
    case maglev(Int)
    /// The ids with session affinity of so many seconds.
    case sticky(UInt32)

    /// As nft shows it. None is a word of nft's language.
    var text: String {
        switch self {
        case .servicePorts: "service-ports"
        case .externalServicePorts: "external-service-ports"
        case .nodeAddresses: "node-addresses"
        case .nodePorts: "node-ports"
        case .externalNodePorts: "external-node-ports"
        case .pods: "pods"
        case .clusterIPs: "cluster-ips"
        case .serviceCIDRs: "service-cidrs"
        case .restricted: "restricted"
        case .allowed: "allowed"
        case .masqueradeModes: "masquerade-modes"
        case .nodeMasqueradeModes: "node-masquerade-modes"
        case .hairpin: "hairpin"
        case .backends: "backends"
        case .otherBackends: "other-backends"
        case .affinity: "affinity"
        case .affinityAddresses: "affinity-addresses"
        case .affinityPorts: "affinity-ports"
        case .roundRobin: "round-robin"
        case .slots(let count): "slots-\(count)"
        case .maglev(let count): "maglev-\(count)"
        case .sticky(let seconds): "sticky-\(seconds)"
        }
    }

    /// Filled by packets, not by us.
    var isLearned: Bool {
        switch self {
        case .affinity, .affinityAddresses, .affinityPorts: true
        default: false
        }
    }

    static func < (a: SetName, b: SetName) -> Bool { a.text < b.text }
}
