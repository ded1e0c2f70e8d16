/// The chains of the table. Base chains are those that the kernel calls; the first packet of a connection runs
/// through them, no other one does.
enum ChainName: Hashable, Sendable {
    case prerouting, output, input, postrouting
    /// A packet for a frontend, with its id in meta priority: from outside this host, or from this host.
    case servicesExternal, services
    /// The same for NodePorts, from outside.
    case nodePortsExternal
    /// The same for a frontend that asks for more than a list; `special` also from a Pod.
    case specialExternal, special, specialNodePortsExternal
    /// Chooses a backend: maybe the one that the client had before.
    case pick
    /// Backends that clients have from before.
    case recall, stick
    /// By the number of slots to the chain that chooses.
    case slots
    /// No backend was chosen: refuses, or takes one that is always there.
    case anyBackend
    case pickAmong(Int)
    case maglevAmong(Int)
    /// That of one list.
    case roundRobin(UInt32)
    /// After DNAT: learn the backend, replace the source.
    case translated, translatedService, translatedNodePort
    case specialTranslated, specialTranslatedNodePort
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
        case .specialExternal: "special-external"
        case .special: "special"
        case .specialNodePortsExternal: "special-node-ports-external"
        case .pick: "pick"
        case .recall: "recall"
        case .stick: "stick"
        case .slots: "slots"
        case .anyBackend: "any-backend"
        case .pickAmong(let count): "pick-\(count)"
        case .maglevAmong(let count): "maglev-\(count)"
        case .roundRobin(let id): "round-robin-\(id)"
        case .translated: "translated"
        case .translatedService: "translated-service"
        case .translatedNodePort: "translated-node-port"
        case .specialTranslated: "special-translated"
        case .specialTranslatedNodePort: "special-translated-node-port"
        case .delivered: "delivered"
        case .learn: "learn"
        case .learnNodePort: "learn-node-port"
        case .remember: "remember"
        case .masquerading: "masquerading"
        }
    }
}
