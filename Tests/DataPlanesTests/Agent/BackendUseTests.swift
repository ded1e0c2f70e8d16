import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

@testable import DataPlanes

@Suite("Which addresses an applied table sends to")
struct BackendUseTests {
    @Test("Agrees with the table through all its changes", arguments: 1...10 as ClosedRange<UInt64>)
    func agrees(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let name = { (index: Int) in
            ServicePortName(
                namespace: "a", service: "s\(index)", port: "", protocol: .tcp, family: .ipv4)
        }
        var table = ServiceTable()
        var use = BackendUse()
        for round in 0..<60 {
            let before = table
            let addresses = (1...8).filter { _ in Bool.random(using: &random) }
            let backends = addresses.map { Backend(IPAddress(ipv4: UInt32($0)), 80) }
            let isThere = Int.random(in: 0..<4, using: &random) > 0
            table.servicePorts[name(Int.random(in: 0..<4, using: &random))] =
                isThere ? ServicePortState(cluster: backends) : nil
            if round == 40 { use.reset() } else { use.apply(table.changes(since: before)) }
            // Nobody asks at first, and nothing is counted.
            guard round > 10 else { continue }
            let used = Set(table.servicePorts.values.flatMap(\.cluster).map(\.address))
            for address in (1...8).map({ IPAddress(ipv4: UInt32($0)) }) {
                let isUsed = use.contains(address, in: table)
                #expect(isUsed == used.contains(address))
            }
        }
    }

    @Test("Counts of addresses tell the first use and the last, in both families")
    func counts() {
        var counts = AddressCounts()
        for address in [IPAddress(ipv4: 1), IPAddress(ipv6: 1, 1), IPAddress(ipv6: 0, 1)] {
            let told = [
                counts.add(address), counts.add(address), counts.remove(address),
                counts.remove(address), counts.remove(address), counts.add(address),
            ]
            #expect(told == [true, false, false, true, false, true])
        }
    }
}
