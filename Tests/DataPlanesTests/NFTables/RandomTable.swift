import Addresses
import LoadBalancing
import TestSupport

/// Random ServiceTables, changed step by step: also what no compiler would ever make of a cluster.
struct RandomTable {
    private(set) var table = ServiceTable()
    private var rng: SplitMix64
    private let family: IPFamily
    private var isIPv4: Bool { family == .ipv4 }

    init(seed: UInt64, _ family: IPFamily) {
        rng = SplitMix64(seed: seed)
        self.family = family
        changeNode()
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &rng) }
    private mutating func maybe(_ part: Int, of whole: Int) -> Bool { int(1...whole) <= part }
    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[int(0...values.count - 1)]
    }

    // MARK: Steps

    /// The next table, and what is different in it.
    mutating func advance() -> ServiceTable.Changes {
        let before = table
        for _ in 0..<int(1...4) { step() }
        return table.changes(since: before)
    }

    /// The same for ServicePorts and frontends alone.
    mutating func advanceServices() -> ServiceTable.Changes {
        let before = table
        for _ in 0..<int(1...6) { stepServices() }
        return table.changes(since: before)
    }

    private mutating func step() {
        if maybe(1, of: 12) { changeNode() } else { stepServices() }
    }

    private mutating func stepServices() {
        let name = name()
        switch int(0...9) {
        case 0: table.servicePorts[name] = nil
        case 1...4: table.servicePorts[name] = state()
        case 5...7: addFrontend(of: name)
        default:
            if let gone = table.frontends.keys.sorted().randomElement(using: &rng) {
                table.frontends[gone] = nil
            }
        }
        // A frontend has a ServicePort.
        for (address, frontend) in table.frontends
        where table.servicePorts[frontend.servicePort] == nil {
            table.frontends[address] = nil
        }
    }

    private mutating func changeNode() {
        let networks =
            isIPv4
            ? ["10.244.0.0/16", "10.245.0.0/24", "10.244.0.0/17", "0.0.0.0/0", "255.255.255.0/24"]
            : ["fd00:244::/32", "fd00:245::/64", "fd00:244::/64", "::/0"]
        table.podCIDRs = (0..<int(0...2)).map { _ in IPPrefix(pick(networks))! }
        let services =
            isIPv4 ? ["10.96.0.0/24", "10.96.1.0/24"] : ["fd00:96::/112", "fd00:97::/112"]
        table.serviceCIDRs = (0..<int(0...2)).map { _ in IPPrefix(pick(services))! }
        table.nodeAddresses = Set(
            (0..<int(0...2)).map { _ in pick(isIPv4 ? Self.hosts4 : Self.hosts6) })
    }

    // MARK: Rows

    private mutating func name() -> ServicePortName {
        let number = int(0...5)
        return ServicePortName(
            namespace: "default", service: "s\(number)", port: "",
            protocol: L4Protocol.allCases[number % 3], family: family)
    }

    private mutating func state() -> ServicePortState {
        var state = ServicePortState()
        state.cluster = backends(0...(maybe(1, of: 16) ? 12 : 4))
        if maybe(1, of: 2) {
            state.local =
                maybe(1, of: 4) ? state.cluster : state.cluster.filter { _ in maybe(1, of: 2) }
        }
        state.scheduler = maybe(1, of: 2) ? .random : pick(Scheduler.allCases)
        if maybe(1, of: 4) { state.affinityTimeout = pick([1, 10, 10800]) }
        return state
    }

    private mutating func backends(_ count: ClosedRange<Int>) -> [Backend] {
        let isWeighted = maybe(1, of: 3)
        let heaviest = maybe(1, of: 8) ? 1000 : 3
        var backends: [IPSocketAddress: Backend] = [:]
        for _ in 0..<int(count) {
            let host = int(1...60)
            let address = IPAddress(isIPv4 ? "10.244.0.\(host)" : "fd00:244::\(host)")!
            let backend = Backend(
                address, pick([8080, 8080, 53]),
                weight: isWeighted ? UInt16(pick([1, 1, 2, heaviest])) : 1,
                [.here, .unknown, .elsewhere][host % 3])
            backends[backend.socketAddress] = backend
        }
        return backends.values.sorted()
    }

    private mutating func addFrontend(of name: ServicePortName) {
        guard table.servicePorts[name] != nil else { return }
        let isNodePort = maybe(1, of: 4)
        let address = FrontendAddress(
            isNodePort ? .node(family) : .address(destination()), pick([80, 81, 30080]),
            name.protocol)
        var frontend = Frontend(
            isNodePort ? .nodePort : pick([.clusterIP, .externalIP, .loadBalancerIP]), name)
        (frontend.internalList, frontend.externalList) = (list(), list())
        (frontend.whenInternalEmpty, frontend.whenExternalEmpty) = (whenEmpty(), whenEmpty())
        frontend.masquerade = pick([.never, .always, .unlessFromPod, .fromHost])
        if !isNodePort, maybe(1, of: 4) { frontend.sourceRanges = sourceRanges() }
        table.frontends[address] = frontend
    }

    private mutating func list() -> BackendList { maybe(2, of: 3) ? .cluster : .local }
    private mutating func whenEmpty() -> Frontend.WhenEmpty { maybe(1, of: 2) ? .reject : .drop }

    private mutating func sourceRanges() -> [IPPrefix] {
        let networks =
            isIPv4
            ? [
                "203.0.113.0/24", "203.0.113.0/25", "10.244.0.0/24", "0.0.0.0/0", "192.0.2.10/32",
                "203.0.112.0/24", "255.255.255.255/32",
            ]
            : ["2001:db8:1::/64", "2001:db8:1::/48", "fd00:244::/64", "::/0", "2001:db8::10/128"]
        return (0..<int(0...4)).map { _ in IPPrefix(pick(networks))! }
    }

    // MARK: Packets

    static let hosts4 = ["192.0.2.10", "192.0.2.11", "198.18.0.1"].map { IPAddress($0)! }
    static let hosts6 = ["2001:db8::10", "2001:db8::11", "2001:db8:2::1"].map { IPAddress($0)! }

    private mutating func destination() -> IPAddress {
        let addresses =
            isIPv4
            ? ["10.96.0.1", "10.96.0.2", "10.96.1.1", "198.18.0.1", "192.0.2.10"]
            : ["fd00:96::1", "fd00:96::2", "fd00:97::1", "2001:db8:2::1", "2001:db8::10"]
        return IPAddress(pick(addresses))!
    }

    /// Addresses that are this host's own, whatever the table says of NodePorts.
    static let localAddresses = Set(
        hosts4[..<2] + hosts6[..<2] + [IPAddress("10.244.0.254")!, IPAddress("fd00:244::fe")!])

    mutating func packet() -> Packet {
        let sources =
            isIPv4
            ? [
                "10.244.0.\(int(1...60))", "10.245.0.7", "10.245.1.7", "203.0.113.7",
                "203.0.113.200", "192.0.2.10", "10.244.0.254", "255.255.255.255", "8.8.8.8",
            ]
            : [
                "fd00:244::\(int(1...60))", "fd00:244:1::7", "2001:db8:1::7", "2001:db8:1:1::7",
                "2001:db8::10", "fd00:244::fe", "2600::1",
            ]
        let source = IPAddress(pick(sources))!
        let destinations =
            table.frontends.keys.compactMap { address -> IPAddress? in
                if case .address(let host) = address.host { host } else { nil }
            }.sorted() + table.nodeAddresses.sorted()
        let destination =
            maybe(1, of: 5) || destinations.isEmpty ? destination() : pick(destinations)
        return Packet(
            from: source, to: destination, pick(L4Protocol.allCases), pick([80, 81, 30080]),
            isFromHost: Self.localAddresses.contains(source))
    }
}
