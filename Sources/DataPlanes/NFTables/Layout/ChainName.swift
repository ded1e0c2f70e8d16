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
    /// By the number of slots to the chain that chooses.
    case slots
    case pickAmong(Int)
    case maglevAmong(Int)
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
        case .slots: "slots"
        case .pickAmong(let count): "pick-\(count)"
        case .maglevAmong(let count): "maglev-\(count)"
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
