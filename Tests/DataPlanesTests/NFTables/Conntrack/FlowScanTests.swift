import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite struct FlowScanTests {
    @Test func `A few addresses are asked for one by one`() {
        var scene = UDPServiceScene()
        let plan = scene.setBackends([.b])
        #expect(
            Set(plan.scans)
                == Set(
                    UDPServiceScene.destinations.map { text in
                        let destination = IPSocketAddress(text)!
                        return ConntrackFilter(
                            .ipv4, .udp, to: destination.address, port: destination.port,
                            status: .destinationNAT)
                    }))
        #expect(plan.scans.count == UDPServiceScene.destinations.count)
    }

    @Test func `Of IPv6 each port is asked for once, untranslated flows only where needed`() {
        var plan = FlowPlan()
        plan.rules[IPSocketAddress("[fd00:96::a]:53")!] = FlowRule(keeping: [])
        plan.rules[IPSocketAddress("[fd00:96::b]:53")!] = FlowRule(
            keeping: [], removesUntranslated: true)
        plan.rules[IPSocketAddress("[fd00:96::b]:54")!] = FlowRule(keeping: [])
        #expect(
            plan.scans == [
                ConntrackFilter(.ipv6, .udp, port: 53),
                ConntrackFilter(.ipv6, .udp, port: 54, status: .destinationNAT),
            ])
    }

    @Test(arguments: [false, true])
    func `Many addresses are looked for in one walk`(untranslated: Bool) {
        var plan = FlowPlan()
        for number in 0...FlowPlan.targetedScans {
            plan.rules[IPSocketAddress(IPAddress(ipv4: 0x0A60_0000 + UInt32(number)), 53)] =
                FlowRule(keeping: [], removesUntranslated: untranslated && number == 3)
        }
        let status: ConntrackStatus = untranslated ? [] : .destinationNAT
        #expect(plan.scans == [ConntrackFilter(.ipv4, .udp, status: status)])
    }

    @Test(arguments: 0..<200)
    func `What must go is always asked for`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var plan = FlowPlan()
        for _ in 0..<Int.random(in: 1...14, using: &random) {
            plan.rules[Self.destination(&random)] = FlowRule(
                keeping: Bool.random(using: &random) ? [Backend.a.socketAddress] : [],
                removesUntranslated: Bool.random(using: &random))
        }
        if Int.random(in: 0..<6, using: &random) == 0 {
            plan.orphaned = [IPPrefix("10.96.0.0/16")!]
        }
        var removed = 0
        for _ in 0..<200 {
            let backends: [Backend?] = [nil, .a, .b]
            let flow = ConntrackEntry.flow(
                to: "\(Self.destination(&random))", backends.randomElement(using: &random)!)
            guard plan.removes(flow) else { continue }
            removed += 1
            #expect(plan.scans.contains { $0.matches(flow) }, "\(flow) \(plan)")
        }
        #expect(removed > 0 || plan.rules.count < 4)
    }

    private static func destination(_ random: inout SplitMix64) -> IPSocketAddress {
        let number = UInt32.random(in: 0..<4, using: &random)
        let address =
            Bool.random(using: &random)
            ? IPAddress(ipv4: 0x0A60_0000 + number)
            : IPAddress(ipv6: 0xFD00_0096_0000_0000, UInt64(number))
        return IPSocketAddress(address, Port.random(in: 53...56, using: &random))
    }
}
