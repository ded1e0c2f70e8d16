import Addresses
import Linux
import LoadBalancing
import TestSupport
import Testing

@testable import DataPlanes

@Suite("What the userspace data plane does with a source")
struct SourcePolicyTests {
    private static let inside = IPPrefix("10.244.0.0/16")!

    /// Runs a filter over an IPv4 or IPv6 header with this source.
    private func passes(_ filter: SocketFilter?, _ source: IPAddress) -> Bool {
        guard let filter else { return true }
        let offset = source.family == .ipv4 ? 12 : 8
        let bytes = [UInt8](repeating: 0, count: offset) + source.networkBytes
        var accumulator: UInt32 = 0
        var counter = 0
        while true {
            let step = filter.instructions[counter]
            counter += 1
            switch step.code {
            case 0x20:
                let start = Int(Int32(bitPattern: step.constant)) + 0x100000
                accumulator = bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
            case 0x54: accumulator &= step.constant
            case 0x15: counter += Int(accumulator == step.constant ? step.ifTrue : step.ifFalse)
            case 0x06: return step.constant > 0
            default: Issue.record("instruction \(step.code)")
            }
        }
    }

    private func prefixes(_ rng: inout SplitMix64, _ family: IPFamily, _ count: Int) -> [IPPrefix] {
        (0..<count).map { _ in
            family == .ipv4
                ? IPPrefix(address(&rng, family), length: .random(in: 0...32, using: &rng))
                : IPPrefix(address(&rng, family), length: .random(in: 0...128, using: &rng))
        }
    }

    /// Of few bits, so that prefixes are met.
    private func address(_ rng: inout SplitMix64, _ family: IPFamily) -> IPAddress {
        family == .ipv4
            ? IPAddress(
                ipv4: 0x0A00_0000 | UInt32.random(in: 0...7, using: &rng) << 13
                    | UInt32.random(in: 0...3, using: &rng))
            : IPAddress(
                ipv6: 0xFD00_0000_0000_0000 | UInt64.random(in: 0...3, using: &rng) << 30,
                UInt64.random(in: 0...3, using: &rng) << 31)
    }

    @Test("The socket filter drops exactly those who are to be dropped", arguments: 1...200)
    func filter(_ seed: Int) {
        var rng = SplitMix64(seed: UInt64(seed))
        let family = IPFamily.allCases[seed % 2]
        let verdicts: [SourcePolicy.Verdict] = [.serve(.cluster), .reject, .drop]
        let policy = SourcePolicy(
            internalVerdict: verdicts.randomElement(using: &rng)!,
            externalVerdict: verdicts.randomElement(using: &rng)!,
            internalPrefixes: prefixes(&rng, family, 3),
            allowed: Bool.random(using: &rng) ? prefixes(&rng, family, 3) : nil)
        let filter = SourceFilter.filter(for: policy, family: family)
        for _ in 0..<200 {
            let source = address(&rng, family)
            #expect(passes(filter, source) == (policy.verdict(for: source) != .drop))
        }
    }

    @Test("Listeners agree with the oracle on random tables", arguments: 1...100)
    func oracle(_ seed: Int) {
        var rng = SplitMix64(seed: UInt64(seed))
        let table = randomTable(&rng)
        let oracle = Oracle(table)
        for (address, frontend) in table.frontends where address.protocol != .sctp {
            let rendered = UserspaceRenderer.render(
                address, of: table, InternalSources(table, []))
            for (key, plan) in rendered.listeners {
                for source in ["10.244.0.9", "192.0.2.1", "198.51.100.7", "203.0.113.5"] {
                    let source = IPAddress(source)!
                    let packet = Packet(
                        from: source, to: key.address.address, address.protocol, address.port,
                        isFromHost: table.nodeAddresses.contains(source))
                    check(plan.sources.verdict(for: source), oracle.decide(packet), frontend)
                }
            }
        }
    }

    @Test("Every address of this host is this host, in every family, not only those with NodePorts")
    func ownAddresses() throws {
        var table = ServiceTable()
        table.nodeAddresses = [IPAddress("192.0.2.1")!]
        for text in ["192.0.2.1", "172.17.0.1", "2001:db8::5"] {
            let own = IPAddress(text)!
            let name = ServicePortName.web(.tcp, own.family)
            table.servicePorts[name] = ServicePortState(cluster: [Backend(own, 80)])
            let address = FrontendAddress(.address(own), 80, .tcp)
            table.frontends[address] = Frontend(
                .loadBalancerIP, name, externalList: .local, whenExternalEmpty: .drop)
            let others = [IPAddress("172.17.0.1")!, IPAddress("2001:db8::5")!]
            let rendered = UserspaceRenderer.render(
                address, of: table, InternalSources(table, Set(others)))
            let sources = try #require(rendered.listeners.values.first?.sources)
            #expect(sources.verdict(for: own) == .serve(.cluster), "\(own)")
            let stranger = own.family == .ipv4 ? "172.17.0.2" : "2001:db8::6"
            #expect(sources.verdict(for: IPAddress(stranger)!) == .drop)
        }
    }

    private func check(
        _ verdict: SourcePolicy.Verdict, _ decision: Decision, _ frontend: Frontend
    ) {
        switch (verdict, decision) {
        case (.serve(let list), .dnat(let forwarding)):
            #expect(list == forwarding.list)
            #expect(forwarding.servicePort == frontend.servicePort)
        case (.reject, .reject), (.drop, .drop): break
        default: Issue.record("\(verdict) where the oracle says \(decision)")
        }
    }

    private func randomTable(_ rng: inout SplitMix64) -> ServiceTable {
        var table = ServiceTable()
        table.nodeAddresses = [IPAddress("192.0.2.1")!]
        table.podCIDRs = [Self.inside]
        let backends = (1...4).map { Backend(IPAddress("10.244.0.\($0)")!, 80) }
        for index in 0..<6 {
            let name = ServicePortName(
                namespace: "default", service: "s\(index)", port: "", protocol: .tcp, family: .ipv4)
            table.servicePorts[name] = ServicePortState(
                cluster: Bool.random(using: &rng) ? backends : [],
                local: Bool.random(using: &rng) ? [backends[0]] : [])
            var frontend = Frontend(.loadBalancerIP, name)
            frontend.internalList = [.cluster, .local].randomElement(using: &rng)!
            frontend.externalList = [.cluster, .local].randomElement(using: &rng)!
            frontend.whenInternalEmpty = [.reject, .drop].randomElement(using: &rng)!
            frontend.whenExternalEmpty = [.reject, .drop].randomElement(using: &rng)!
            let node = index % 2 == 0
            if !node, Bool.random(using: &rng) {
                frontend.sourceRanges = [IPPrefix("198.51.100.0/24")!, Self.inside]
            }
            let host: FrontendAddress.Host =
                node ? .node(.ipv4) : .address(IPAddress("10.96.0.\(index + 1)")!)
            table.frontends[FrontendAddress(host, Port(30000 + index), .tcp)] = frontend
        }
        return table
    }
}
