import Testing

@testable import KubeAPI

/// Bytes from hexadecimal digits.
private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

/// Bodies that kubectl 1.32 sent.
private enum Recorded {
    /// `kubectl create service clusterip x --tcp=80:8080`
    static let clusterIP = bytes(
        "6b3873000a0d0a02763112075365727669636512630a1b0a017812001a0022002a0032003800420"
            + "05a080a0361707012017812400a1b0a0738302d38303830120354435018502207080010903f1a0028"
            + "0012080a036170701201781a002209436c757374657249503a00420052005a00600068001a020a001"
            + "a002200")
    /// `kubectl create service externalname en --external-name=db.example.com`
    static let externalName = bytes(
        "6b3873000a0d0a027631120753657276696365125a0a1d0a02656e12001a0022002a00320038004"
            + "2005a090a036170701202656e123512090a036170701202656e1a00220c45787465726e616c4e616d"
            + "653a004200520e64622e6578616d706c652e636f6d5a00600068001a020a001a002200")
    /// `kubectl create namespace x`
    static let namespace = bytes(
        "6b3873000a0f0a02763112094e616d65737061636512190a110a017812001a0022002a003200380"
            + "0420012001a020a001a002200")
}

@Suite("Protobuf request bodies")
struct ProtobufBodyTests {
    @Test("what kubectl sends is read as the JSON that it stands for")
    func recorded() throws {
        #expect(
            try ProtobufBody.decode(Recorded.clusterIP)
                == tree(
                    #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"x","labels":{"app":"x"}},"spec":{"ports":[{"name":"80-8080","protocol":"TCP","port":80,"targetPort":8080}],"selector":{"app":"x"},"type":"ClusterIP"}}"#
                ))
        #expect(
            try ProtobufBody.decode(Recorded.externalName)
                == tree(
                    #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"en","labels":{"app":"en"}},"spec":{"selector":{"app":"en"},"type":"ExternalName","externalName":"db.example.com"}}"#
                ))
        #expect(
            try ProtobufBody.decode(Recorded.namespace)
                == tree(#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}"#))
    }

    private func body(
        _ kind: String, _ apiVersion: String = "v1", contentType: String = "",
        _ message: (inout ProtobufWriter) -> Void
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) {
            $0.string(1, apiVersion)
            $0.string(2, kind)
        }
        writer.message(2, message)
        writer.string(4, contentType)
        return ProtobufBody.magic + writer.bytes
    }

    @Test("a zero that was set is kept where it differs from an absent one")
    func presence() throws {
        let body = body("Service") { service in
            service.message(2) { spec in
                spec.bool(13, false)  // publishNotReadyAddresses
                spec.bool(20, false)  // allocateLoadBalancerNodePorts
                spec.varint(12, 0)  // healthCheckNodePort
                spec.message(14) { $0.message(1) { $0.varint(1, 0) } }  // timeoutSeconds
            }
        }
        #expect(
            try ProtobufBody.decode(body)["spec"]
                == tree(
                    #"{"allocateLoadBalancerNodePorts":false,"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}}}"#
                ))
    }

    @Test("an EndpointSlice, with lists, maps, references and hints")
    func endpointSlice() throws {
        let body = body("EndpointSlice", "discovery.k8s.io/v1") { slice in
            slice.message(1) { meta in
                meta.string(1, "web-endpoints")
                meta.message(8) { $0.varint(1, 1_795_435_904) }
                meta.message(11) {
                    $0.string(1, "kubernetes.io/service-name")
                    $0.string(2, "web")
                }
                meta.message(13) {
                    $0.string(1, "Service")
                    $0.bool(6, true)
                }
            }
            slice.message(2) { endpoint in
                endpoint.string(1, "10.244.0.2")
                endpoint.string(1, "10.244.0.3")
                endpoint.message(2) {
                    $0.bool(1, true)
                    $0.bool(3, false)
                }
                endpoint.message(8) { $0.message(1) { $0.string(1, "a") } }
            }
            slice.message(3) {
                $0.string(1, "")
                $0.varint(3, 8080)
            }
            slice.string(4, "IPv4")
        }
        #expect(
            try ProtobufBody.decode(body)
                == tree(
                    #"{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-endpoints","creationTimestamp":"2026-11-23T12:11:44Z","labels":{"kubernetes.io/service-name":"web"},"ownerReferences":[{"kind":"Service","controller":true}]},"addressType":"IPv4","endpoints":[{"addresses":["10.244.0.2","10.244.0.3"],"conditions":{"ready":true,"terminating":false},"hints":{"forZones":[{"name":"a"}]}}],"ports":[{"name":"","port":8080}]}"#
                ))
    }

    @Test("a Pod, with a probe, an environment, resources and volumes of embedded types")
    func pod() throws {
        let body = body("Pod") { pod in
            pod.message(2) { spec in
                spec.message(1) { volume in
                    volume.string(1, "tmp")
                    volume.message(2) { $0.message(2) { _ in } }
                }
                spec.message(2) { container in
                    container.string(1, "web")
                    container.message(7) { env in
                        env.string(1, "IP")
                        env.message(3) { $0.message(1) { $0.string(2, "status.podIP") } }
                    }
                    container.message(8) { resources in
                        resources.message(2) { entry in
                            entry.string(1, "cpu")
                            entry.message(2) { $0.string(1, "100m") }
                        }
                    }
                    container.message(11) { probe in
                        probe.message(1) { handler in
                            handler.message(2) { get in
                                get.string(1, "/healthz")
                                get.message(2) { port in
                                    port.varint(1, 1)
                                    port.string(3, "http")
                                }
                            }
                        }
                        probe.varint(4, 5)
                    }
                }
                spec.varint(4, 0)  // terminationGracePeriodSeconds
            }
        }
        #expect(
            try ProtobufBody.decode(body)["spec"]
                == tree(
                    #"{"volumes":[{"name":"tmp","emptyDir":{}}],"containers":[{"name":"web","env":[{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],"resources":{"requests":{"cpu":"100m"}},"readinessProbe":{"httpGet":{"path":"/healthz","port":"http"},"periodSeconds":5}}],"terminationGracePeriodSeconds":0}"#
                ))
    }

    @Test("a Lease and an Event, with times to the microsecond")
    func microTimes() throws {
        let lease = body("Lease", "coordination.k8s.io/v1") { lease in
            lease.message(2) { spec in
                spec.string(1, "me")
                spec.message(4) {
                    $0.varint(1, 1_795_435_904)
                    $0.varint(2, 12_345_678)
                }
            }
        }
        #expect(
            try ProtobufBody.decode(lease)["spec"]
                == ["holderIdentity": "me", "renewTime": "2026-11-23T12:11:44.012345Z"])
        let event = body("Event") { event in
            event.message(2) { $0.string(1, "Pod") }
            event.message(5) { _ in }
            event.message(6) { $0.varint(1, 1_795_435_904) }
            event.message(10) { _ in }
            event.varint(8, 3)
        }
        let decoded = try ProtobufBody.decode(event)
        #expect(decoded["involvedObject"] == ["kind": "Pod"])
        #expect(decoded["firstTimestamp"] == "2026-11-23T12:11:44Z")
        #expect(decoded["count"] == 3)
        #expect(decoded["source"] == nil && decoded["eventTime"] == nil)
    }

    @Test("an Event of events.k8s.io, as kube-proxy and kube-scheduler send it")
    func groupEvent() throws {
        let event = body("Event", "events.k8s.io/v1") { event in
            event.message(1) { $0.string(1, "web.1") }
            event.message(2) {
                $0.varint(1, 1_795_435_904)
                $0.varint(2, 12_345_678)
            }
            event.message(3) { series in
                series.varint(1, 2)
                series.message(2) { $0.varint(1, 1_795_435_905) }
            }
            for (tag, text) in [
                (4, "kube-proxy"), (5, "kube-proxy-n"), (6, "StartKubeProxy"), (7, "Starting"),
                (10, "note"), (11, "Normal"),
            ] { event.string(tag, text) }
            event.message(8) { reference in
                reference.string(1, "Node")
                reference.string(3, "n")
            }
            event.message(12) { _ in }
            event.message(13) { _ in }
            event.message(14) { _ in }
            event.varint(15, 0)
        }
        #expect(
            try ProtobufBody.decode(event)
                == tree(
                    #"{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"web.1"},"eventTime":"2026-11-23T12:11:44.012345Z","series":{"count":2,"lastObservedTime":"2026-11-23T12:11:45.000000Z"},"reportingController":"kube-proxy","reportingInstance":"kube-proxy-n","action":"StartKubeProxy","reason":"Starting","regarding":{"kind":"Node","name":"n"},"note":"note","type":"Normal"}"#
                ))
    }

    @Test("a ServiceCIDR and an IPAddress")
    func networking() throws {
        let serviceCIDR = body("ServiceCIDR", "networking.k8s.io/v1") { object in
            object.message(1) { $0.string(1, "kubernetes") }
            object.message(2) { spec in
                spec.string(1, "10.96.0.0/16")
                spec.string(1, "fd00:96::/112")
            }
            object.message(3) { status in
                status.message(1) { condition in
                    condition.string(1, "Ready")
                    condition.string(2, "True")
                    condition.message(4) { $0.varint(1, 1_795_435_904) }
                    condition.string(5, "")
                    condition.string(6, "ready")
                }
            }
        }
        #expect(
            try ProtobufBody.decode(serviceCIDR)
                == tree(
                    #"{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.96.0.0/16","fd00:96::/112"]},"status":{"conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-11-23T12:11:44Z","reason":"","message":"ready"}]}}"#
                ))
        let address = body("IPAddress", "networking.k8s.io/v1") { object in
            object.message(1) { $0.string(1, "10.96.0.1") }
            object.message(2) { spec in
                spec.message(1) { parent in
                    for (tag, text) in [
                        (1, ""), (2, "services"), (3, "default"), (4, "kubernetes"),
                    ] { parent.string(tag, text) }
                }
            }
        }
        #expect(
            try ProtobufBody.decode(address)
                == tree(
                    #"{"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.96.0.1"},"spec":{"parentRef":{"resource":"services","namespace":"default","name":"kubernetes"}}}"#
                ))
    }

    @Test("the status of a node, with what a kubelet says of its runtime")
    func nodeStatus() throws {
        let node = body("Node") { node in
            node.message(3) { status in
                status.message(10) { volume in
                    volume.string(1, "v")
                    volume.string(2, "/dev/x")
                }
                status.message(12) { handler in
                    handler.string(1, "runc")
                    handler.message(2) { $0.bool(1, true) }
                }
                status.message(13) { $0.bool(1, false) }
                status.message(7) { $0.message(11) { $0.varint(1, 4096) } }
            }
        }
        #expect(
            try ProtobufBody.decode(node)["status"]
                == tree(
                    #"{"volumesAttached":[{"name":"v","devicePath":"/dev/x"}],"runtimeHandlers":[{"name":"runc","features":{"recursiveReadOnlyMounts":true}}],"features":{"supplementalGroupsPolicy":false},"nodeInfo":{"swap":{"capacity":4096}}}"#
                ))
    }

    @Test("a Pod that wants certain nodes")
    func affinity() throws {
        let pod = body("Pod") { pod in
            pod.message(2) { spec in
                spec.message(18) { affinity in
                    affinity.message(1) { node in
                        node.message(1) { selector in
                            selector.message(1) { term in
                                term.message(1) { requirement in
                                    requirement.string(1, "zone")
                                    requirement.string(2, "In")
                                    requirement.string(3, "a")
                                }
                            }
                        }
                    }
                }
            }
        }
        #expect(
            try ProtobufBody.decode(pod).value(at: "spec", "affinity")
                == tree(
                    #"{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}}}"#
                ))
    }

    @Test("numbers below zero and packed lists")
    func numbers() throws {
        let body = body("Pod") { pod in
            pod.message(2) { spec in
                spec.varint(25, UInt64(bitPattern: -5))  // priority
                spec.message(14) { security in
                    security.varint(4, 7)
                    security.data(4, [1, 0x80, 1])
                }
            }
        }
        let spec = try ProtobufBody.decode(body)["spec"]
        #expect(spec?["priority"] == -5)
        #expect(spec?.value(at: "securityContext", "supplementalGroups") == [7, 1, 128])
    }

    @Test("DeleteOptions are read in every version", arguments: ["v1", "discovery.k8s.io/v1"])
    func deleteOptions(_ version: String) throws {
        let body = body("DeleteOptions", version) { options in
            options.varint(1, 0)
            options.message(2) { $0.string(1, "u") }
        }
        #expect(
            try ProtobufBody.decode(body) == [
                "apiVersion": .string(version), "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                "preconditions": ["uid": "u"],
            ])
    }

    @Test("an envelope may hold JSON")
    func json() throws {
        var writer = ProtobufWriter()
        writer.string(2, #"{"kind":"Service"}"#)
        writer.string(4, "application/json")
        #expect(
            try ProtobufBody.decode(ProtobufBody.magic + writer.bytes) == ["kind": "Service"])
    }

    @Test("what only JSON can say is refused, not lost")
    func opaque() throws {
        let group = body("Pod") { $0.message(2) { $0.message(43) { $0.message(1) { _ in } } } }
        let status = #expect(throws: Status.self) { try ProtobufBody.decode(group) }
        #expect(status?.reason == .unsupportedMediaType)
        #expect(status?.message.contains("spec.schedulingGroup") == true)
        let unknown = body("Deployment", "apps/v1") { _ in }
        let kind = #expect(throws: Status.self) { try ProtobufBody.decode(unknown) }
        #expect(kind?.reason == .unsupportedMediaType)
    }

    @Test(
        "bytes that are no message are a bad request",
        arguments: [
            [], [0x6B, 0x38, 0x73], [0x6B, 0x38, 0x73, 0, 0x0A, 0xFF], [0x6B, 0x38, 0x73, 0, 0x0B],
            [0x6B, 0x38, 0x73, 0, 0x00, 0x01], [0x6B, 0x38, 0x73, 0, 0x0A, 0x02, 0x0A, 0x7F],
            [0x6B, 0x38, 0x73, 0] + Array(repeating: 0xFF, count: 12),
        ] as [[UInt8]])
    func malformed(_ body: [UInt8]) throws {
        let status = #expect(throws: Status.self) { try ProtobufBody.decode(body) }
        #expect(status?.reason == .badRequest)
    }

    @Test("random and damaged bytes give an error or an object, never a trap")
    func fuzz() {
        var random = SplitMix(seed: 42)
        let samples = [Recorded.clusterIP, Recorded.externalName, Recorded.namespace]
        var refused = 0
        for round in 0..<3000 {
            var body = samples[round % samples.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 4..<body.count, using: &random)
                body[index] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 3 == 0 {
                body.removeLast(Int.random(in: 0..<body.count - 4, using: &random))
            }
            do { _ = try ProtobufBody.decode(body) } catch { refused += 1 }
        }
        for length in 0..<300 {
            let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? ProtobufBody.decode(ProtobufBody.magic + noise)
            _ = try? ProtobufDecoder().object(noise[...], .pod)
        }
        #expect(refused > 500)
    }
}
