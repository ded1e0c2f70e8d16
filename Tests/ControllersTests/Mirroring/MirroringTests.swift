import KubeAPI
import TestSupport
import Testing

/// Rule E-008, beside the cases of a real controller manager.
@Suite struct MirroringTests {
    let lab = ControllerLab()

    private func addresses(_ count: Int, from first: Int = 0) -> JSON {
        .array(
            (first..<first + count).map {
                ["ip": .string("10.9.\($0 / 250).\($0 % 250 + 1)")]
            })
    }

    private func putService(type: String = "ClusterIP", selector: JSON = .null) {
        lab.putService(spec: ["selector": selector, "type": .string(type)])
    }

    @Test func aSubsetIsOneSlice() async {
        putService()
        lab.putEndpoints(subsets: [
            ["addresses": addresses(450), "ports": [["port": 80, "protocol": "TCP"]]]
        ])
        await lab.settle()
        #expect(lab.slicesThere.map(\.endpoints.count) == [450])
        #expect(lab.events.isEmpty)
    }

    @Test func whatIsBeyondAThousandIsLeftOutAndTold() async {
        putService()
        lab.putEndpoints(subsets: [
            [
                "addresses": addresses(990), "notReadyAddresses": addresses(20, from: 990),
                "ports": [["port": 80, "protocol": "TCP"]],
            ]
        ])
        await lab.settle()
        #expect(lab.slicesThere.map(\.endpoints.count) == [1000])
        #expect(lab.slicesThere[0].endpoints.count { $0.ready == true } == 990)
        #expect(
            lab.events == [
                "Warning TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to "
                    + "EndpointSlices per Endpoints subset. 10 addresses were skipped"
            ])
    }

    @Test func whatIsNoAddressIsLeftOutAndTold() async {
        putService()
        lab.putEndpoints(subsets: [["addresses": [["ip": "10.9.0.1"], ["ip": "nowhere"]]]])
        await lab.settle()
        #expect(lab.slicesThere.flatMap(\.endpoints).map(\.addresses) == [["10.9.0.1"]])
        #expect(
            lab.events == [
                "Warning InvalidIPAddress: Skipped 1 invalid IP addresses when mirroring to "
                    + "EndpointSlices"
            ])
    }

    @Test func twoAddressesOfOneTargetAreTwoEndpoints() async {
        putService()
        let target: JSON = ["kind": "Pod", "namespace": "default", "name": "p"]
        lab.putEndpoints(subsets: [
            [
                "addresses": [
                    ["ip": "10.9.0.1", "targetRef": target],
                    ["ip": "10.9.0.2", "targetRef": target],
                ]
            ]
        ])
        await lab.settle()
        #expect(lab.slicesThere[0].endpoints.count == 2)
    }

    @Test func onlyTheSelectorSaysWhoLooksAfterTheEndpoints() async {
        let subsets: JSON = [["addresses": [["ip": "10.9.0.1"]]]]
        putService(type: "ExternalName")
        lab.putEndpoints(subsets: subsets)
        await lab.settle()
        #expect(lab.slicesThere.count == 1)
        putService(type: "ExternalName", selector: ["app": "api"])
        await lab.settle()
        #expect(lab.slicesThere.isEmpty)
        putService()
        await lab.settle()
        #expect(lab.slicesThere.count == 1)
    }

    @Test func moreSlicesThanNeededAreMergedIntoTheFirst() async {
        putService()
        lab.putEndpoints(subsets: [["addresses": addresses(3)]])
        await lab.settle()
        var copy = lab.slicesThere[0]
        copy.metadata.name = "another"
        copy.metadata.uid = ""
        copy.metadata.resourceVersion = .unset
        lab.cluster.put(copy)
        await lab.settle()
        #expect(lab.slicesThere.map(\.endpoints.count) == [3])
    }
}
