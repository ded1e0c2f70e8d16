import Addresses
import LoadBalancing
import Testing

@testable import NetworkLab

@Suite("Expectations")
struct ExpectationTests {
    private static let a = IPSocketAddress("10.244.0.1:80")!
    private static let b = IPSocketAddress("10.244.0.2:80")!
    private static let client = IPAddress("10.244.0.9")!

    private func dnat(
        _ spread: FlowExpectation.Spread, isMasqueraded: Bool = false,
        from source: IPAddress = client
    ) -> FlowExpectation {
        FlowExpectation(
            .dnat([Self.a, Self.b], isMasqueraded: isMasqueraded, spread), from: source)
    }

    private func to(_ target: IPSocketAddress, _ isMasqueraded: Bool = false) -> FlowOutcome {
        .dnat(to: target, isMasqueraded: isMasqueraded)
    }

    @Test func `Every backend must be seen, and no other`() {
        let expectation = dnat(.every(leastShare: 0.5))
        #expect(expectation.fault(in: [to(Self.a), to(Self.b), to(Self.a)]) == nil)
        #expect(
            expectation.fault(in: [to(Self.a), to(Self.a)])
                == "expected dnat to 10.244.0.1:80, 10.244.0.2:80; came 2 × dnat to 10.244.0.1:80")
        let other = IPSocketAddress("10.244.0.3:80")!
        #expect(expectation.fault(in: [to(Self.a), to(Self.b), to(other)]) != nil)
        #expect(expectation.fault(in: [to(Self.a), to(Self.b), .drop]) != nil)
        #expect(expectation.fault(in: []) != nil)
    }

    @Test func `One client of a sticky Service reaches one backend`() {
        #expect(dnat(.one).fault(in: [to(Self.b), to(Self.b)]) == nil)
        #expect(dnat(.one).fault(in: [to(Self.a), to(Self.b)]) != nil)
        #expect(dnat(.any).fault(in: [to(Self.a), to(Self.b)]) == nil)
        #expect(dnat(.any).fault(in: [to(Self.a)]) == nil)
    }

    @Test func `Masquerade is as asked, but a backend never sees its own address`() {
        let always = dnat(.any, isMasqueraded: true)
        #expect(always.fault(in: [to(Self.a, true)]) == nil)
        #expect(always.fault(in: [to(Self.a)]) != nil)
        let hairpin = dnat(.any, from: Self.a.address)
        #expect(hairpin.fault(in: [to(Self.a, true), to(Self.b)]) == nil)
        #expect(hairpin.fault(in: [to(Self.a)]) != nil)
        #expect(hairpin.fault(in: [to(Self.b, true)]) != nil)
    }

    @Test func `Drop, reject and pass are three things`() {
        let outcomes: [FlowOutcome] = [.drop, .reject, .pass]
        for (index, verdict) in [FlowExpectation.Verdict.drop, .reject, .pass].enumerated() {
            for (other, outcome) in outcomes.enumerated() {
                let fault = FlowExpectation(verdict, from: Self.client).fault(in: [outcome])
                #expect((fault == nil) == (index == other))
            }
        }
    }

    /// (1 - 1/3)^n × 3 < 10⁻⁹.
    @Test func `Packets are many enough that chance makes no failures`() {
        #expect(dnat(.every(leastShare: 0.5)).trials == 54)
        #expect(dnat(.every(leastShare: 0.05)).trials > 400)
        #expect(dnat(.one).trials == 4)
    }

    @Test func `The Oracle's weights, schedulers and session affinity are respected`() {
        let name = ServicePortName(
            namespace: "default", service: "web", port: "", protocol: .tcp, family: .ipv4)
        let address = FrontendAddress(.address(IPAddress("10.96.0.1")!), 80, .tcp)
        var state = ServicePortState(
            cluster: [
                Backend(Self.a.address, Self.a.port, weight: 1),
                Backend(Self.b.address, Self.b.port, weight: 19),
            ])
        func expectation() -> FlowExpectation {
            var table = ServiceTable()
            table.servicePorts[name] = state
            table.frontends[address] = Frontend(.clusterIP, name)
            let packet = Packet(from: Self.client, to: IPAddress("10.96.0.1")!, .tcp, 80)
            return FlowExpectation(packet, Oracle(table))
        }
        #expect(expectation().trials == dnat(.every(leastShare: 0.05)).trials)
        state.scheduler = .leastConnections
        #expect(expectation().fault(in: [to(Self.a)]) == nil)
        state.scheduler = .maglev
        #expect(expectation().fault(in: [to(Self.a), to(Self.b)]) != nil)
        state.scheduler = .random
        state.affinityTimeout = 60
        #expect(expectation().fault(in: [to(Self.a), to(Self.b)]) != nil)
        #expect(expectation().fault(in: [to(Self.a)]) == nil)
    }
}
