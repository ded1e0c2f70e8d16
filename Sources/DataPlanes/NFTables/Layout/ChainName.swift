import Addresses

/// The chains of the table. Base chains are those that the kernel calls; the first packet of a connection runs
/// through them, no other one does.
enum ChainName: Hashable, Sendable {
    case prerouting, output, input, postrouting
    /// A packet for a frontend: from outside this host, or from a Pod or this host.
    case servicesExternal, services
    /// The same for NodePorts, from outside.
    case nodePortsExternal
    /// Has the id of a list in meta priority; refuses, or chooses a backend.
    case pick
    /// Backends that clients have from before.
    case recall, stick
    /// Takes a slot, by how many there are.
    case choose(L4Protocol)
    /// That of one list.
    case roundRobin(UInt32)
    /// After DNAT: learn the backend, replace the source.
    case translated, translatedService, translatedNodePort
    /// After DNAT to a process of this host: learn the backend.
    case delivered
    case learn, learnNodePort, remember
    case masquerading

    var text: String {
        switch self {
        case .prerouting: "pre"
        case .output: "out"
        case .input: "in"
        case .postrouting: "post"
        case .servicesExternal: "services-external"
        case .services: "services"
        case .nodePortsExternal: "node-ports-external"
        case .pick: "pick"
        case .recall: "recall"
        case .stick: "stick"
        case .choose(let `protocol`): "choose-\(`protocol`.rawValue.lowercased())"
        case .roundRobin(let id): "round-robin-\(id)"
        case .translated: "translated"
        case .translatedService: "translated-service"
        case .translatedNodePort: "translated-node-port"
        case .delivered: "delivered"
        case .learn: "learn"
        case .learnNodePort: "learn-node-port"
        case .remember: "remember"
        case .masquerading: "masquerading"
        }
    }
}
