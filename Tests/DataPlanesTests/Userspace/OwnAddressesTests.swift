import Addresses
import Synchronization
import Testing

@testable import DataPlanes

@Suite("The addresses of this host")
struct OwnAddressesTests {
    @Test("are asked for again when the last answer is too old, and not before")
    func recent() {
        let recent = RecentAddresses()
        let answers = (1...3).map { Set([IPAddress(ipv4: UInt32($0))]) }
        let asked = Mutex(0)
        func addresses(at now: UInt64) -> Set<IPAddress> {
            recent.addresses(now: now, lifetime: 100) {
                asked.withLock { asked in
                    asked += 1
                    return answers[asked - 1]
                }
            }
        }
        for (now, answer) in [(7, 0), (106, 0), (107, 1), (206, 1), (500, 2)] as [(UInt64, Int)] {
            #expect(addresses(at: now) == answers[answer], "at \(now)")
        }
        #expect(asked.withLock { $0 } == 3)
    }
}
