import Addresses
import Linux
import LoadBalancing
import Testing

@testable import NetworkLab

/// What the lab says under rules that were written by hand.
@Suite(
    "The lab",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct FlowLabTests {
    /// One family's addresses.
    struct Family: Sendable, CustomTestStringConvertible {
        let version: String
        let node, pod, client, service, unknown, backend, other: IPAddress
        var testDescription: String { version }

        init(_ version: String, _ addresses: [String]) {
            let all = addresses.map { IPAddress($0)! }
            self.version = version
            (node, pod, client, service) = (all[0], all[1], all[2], all[3])
            (unknown, backend, other) = (all[4], all[5], all[6])
        }
    }

    static let families = [
        Family(
            "ip",
            [
                "192.0.2.10", "10.244.1.50", "203.0.113.7", "10.96.0.10", "10.96.0.99",
                "10.244.1.11", "10.244.2.21",
            ]),
        Family(
            "ip6",
            [
                "2001:db8:a::10", "fd00:244:1::50", "2001:db8:ffff::7", "fd00:96::10",
                "fd00:96::99", "fd00:244:1::11", "fd00:244:2::21",
            ]),
    ]
    static let all = families.flatMap { family in L4Protocol.allCases.map { (family, $0) } }

    /// Port 80 of the Service has one backend, 81 two; 82 is rejected, 83 dropped; an unknown address of the network is
    /// dropped. What is not from a Pod, and what comes back to its source, is masqueraded.
    private func rules(_ f: Family, _ protocol: L4Protocol) -> String {
        let l4 = `protocol`.rawValue.lowercased()
        let bracketed = f.version == "ip6" ? { "[\($0)]" } : { (a: IPAddress) in "\(a)" }
        let dnat = """
            \(f.version) daddr \(f.service) \(l4) dport 80 dnat to \(bracketed(f.backend)):8080
            \(f.version) daddr \(f.service) \(l4) dport 81 dnat to numgen random mod 2 map \
            { 0: \(f.backend), 1: \(f.other) }
            """
        let filter = """
            \(f.version) daddr \(f.service) \(l4) dport 82 reject
            \(f.version) daddr \(f.service) \(l4) dport 83 drop
            \(f.version) daddr \(f.unknown) drop
            """
        return """
            table \(f.version) hand {
                chain prerouting { type nat hook prerouting priority -100; \(dnat)
                }
                chain output { type nat hook output priority -100; \(dnat)
                }
                chain forward { type filter hook forward priority -110; \(filter)
                }
                chain input { type filter hook input priority -110; \(filter)
                }
                chain own { type filter hook output priority -110; \(filter)
                }
                chain postrouting { type nat hook postrouting priority 100;
                    ct status dnat \(f.version) saddr != \(f.pod) \(f.version) saddr != \
            \(f.backend) masquerade
                    \(f.version) saddr \(f.backend) \(f.version) daddr \(f.backend) masquerade
                }
            }
            """
    }

    private func lab(
        _ f: Family, _ protocol: L4Protocol, localNetworks: [IPPrefix] = []
    ) async throws -> FlowLab {
        let lab = try FlowLab(
            LabNetwork(addresses: [f.node], localNetworks: localNetworks))
        try await NFTCommand.load(rules(f, `protocol`), in: lab.node)
        return lab
    }

    @Test("DNAT, reject, drop, masquerade and hairpin are seen as they are", arguments: all)
    func verdicts(_ f: Family, _ protocol: L4Protocol) async throws {
        for isLocal in [false, true] {
            let networks = [f.service, f.unknown].map { IPPrefix(host: $0) }
            let lab = try await lab(f, `protocol`, localNetworks: isLocal ? networks : [])
            func outcomes(
                _ source: IPAddress, _ target: IPAddress, _ port: Port, times: Int = 3
            ) async throws -> Set<FlowOutcome> {
                let packet = Packet(
                    from: source, to: target, `protocol`, port, isFromHost: source == f.node)
                return Set(try await lab.outcomes(of: packet, times: times))
            }
            func dnat(_ backend: IPAddress, _ port: Port, _ masquerade: Bool) -> FlowOutcome {
                .dnat(to: IPSocketAddress(backend, port), isMasqueraded: masquerade)
            }
            for source in [f.pod, f.client, f.node] {
                let isMasqueraded = source != f.pod
                let one = dnat(f.backend, 8080, isMasqueraded)
                #expect(try await outcomes(source, f.service, 80) == [one])
                let two = [f.backend, f.other].map { dnat($0, 81, isMasqueraded) }
                #expect(try await outcomes(source, f.service, 81, times: 64) == Set(two))
                #expect(try await outcomes(source, f.service, 82) == [.reject])
                #expect(try await outcomes(source, f.service, 83) == [.drop])
                #expect(try await outcomes(source, f.unknown, 80) == [.drop])
                #expect(try await outcomes(source, f.service, 84) == [.pass])
                #expect(try await outcomes(source, f.node, 80) == [.pass])
                #expect(try await outcomes(source, f.client, 80) == [.pass])
            }
            #expect(
                try await outcomes(f.backend, f.service, 80) == [dnat(f.backend, 8080, true)])
        }
    }

    @Test func `Ports are used again without the connections of before`() async throws {
        let f = Self.families[0]
        let lab = try await lab(f, .udp)
        let packet = Packet(from: f.pod, to: f.service, .udp, 81)
        let outcomes = try await lab.outcomes(of: packet, times: 70_000)
        let first = outcomes.filter {
            $0 == .dnat(to: IPSocketAddress(f.backend, 81), isMasqueraded: false)
        }
        #expect(outcomes.count == 70_000)
        #expect((33_000...37_000).contains(first.count))
        #expect(outcomes.allSatisfy { if case .dnat = $0 { true } else { false } })
    }

    @Test func `A node that forwards nothing is said to be broken, not to drop`() async throws {
        let f = Self.families[0]
        let lab = try FlowLab(LabNetwork(addresses: [f.node]), patience: 100)
        try await NFTCommand.load(
            """
            table inet hand {
                chain forward { type filter hook forward priority 0; policy drop; }
            }
            """, in: lab.node)
        await #expect(throws: LabError.self) {
            try await lab.outcomes(of: Packet(from: f.pod, to: f.client, .tcp, 80), times: 1)
        }
    }
}
