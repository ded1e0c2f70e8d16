import Addresses
import Controllers
import KubeAPI
import Testing

@Suite struct PodAddressesTests {
    private func pod(_ name: String, uid: String? = nil) -> Pod {
        var metadata = ObjectMeta(name: name, namespace: "default")
        metadata.uid = uid ?? name
        return Pod(metadata: metadata)
    }

    private func name(_ name: String) -> ObjectName { ObjectName(namespace: "default", name: name) }

    private func addresses(_ cidrs: String...) -> PodAddresses {
        PodAddresses(cidrs: cidrs.map { IPPrefix($0)! }, reserved: [IPAddress("10.244.0.1")!])
    }

    @Test func aPodHasOneAddressOfEachCIDRAndKeepsIt() {
        var addresses = addresses("10.244.0.0/29", "fd00::/120")
        let first = addresses.assign(pod("a"), now: .zero)
        #expect(first?.map(\.description) == ["10.244.0.2", "fd00::1"])
        #expect(addresses.assign(pod("a"), now: .zero) == first)
    }

    @Test func aReleasedAddressRestsWhileOthersAreFree() {
        var addresses = addresses("10.244.0.0/29")
        let first = addresses.assign(pod("a"), now: .zero)
        addresses.release(name("a"), now: .seconds(10))
        #expect(addresses.assign(pod("b"), now: .seconds(39)) != first)
        #expect(addresses.assign(pod("c"), now: .seconds(40)) == first)
    }

    @Test func aFullCIDRTakesTheAddressThatRestedLongest() {
        var addresses = addresses("10.244.0.0/30")
        let first = addresses.assign(pod("a"), now: .zero)
        #expect(addresses.assign(pod("b"), now: .zero) == nil)
        addresses.release(name("a"), now: .zero)
        #expect(addresses.assign(pod("b"), now: .seconds(1)) == first)
    }

    @Test func aPodOfTheSameNameIsNotTheSamePod() {
        var addresses = addresses("10.244.0.0/29")
        let first = addresses.assign(pod("a", uid: "1"), now: .zero)
        #expect(addresses.assign(pod("a", uid: "2"), now: .zero) != first)
    }

    @Test func noAddressIsEverWithTwoPods() {
        var addresses = addresses("10.244.0.0/26")
        var held: [String: IPAddress] = [:]
        var seed: UInt64 = 11
        for step in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = "p\(seed >> 33 & 63)"
            if held[key] != nil, seed >> 60 & 1 == 0 {
                addresses.release(name(key), now: .seconds(step))
                held[key] = nil
            } else if let address = addresses.assign(pod(key), now: .seconds(step))?.first {
                held[key] = address
            }
            #expect(Set(held.values).count == held.count)
        }
        #expect(held.count > 20)
    }
}
