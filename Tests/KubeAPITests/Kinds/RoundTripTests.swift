import Testing

@testable import KubeAPI

@Suite("Objects as JSON")
struct RoundTripTests {
    /// A Service with every member set, in Kubernetes' order.
    static let service = """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","uid":"u-1",\
        "resourceVersion":"7","generation":2,"creationTimestamp":"2026-08-01T12:00:00Z",\
        "labels":{"a":"b"},"annotations":{"x/y":"z"},"ownerReferences":[{"apiVersion":"v1","kind":"Pod",\
        "name":"p","uid":"u-2","controller":true}],"finalizers":["a/b"]},"spec":{"ports":[{"name":"http",\
        "protocol":"TCP","appProtocol":"http","port":80,"targetPort":"web","nodePort":30080},\
        {"name":"dns","protocol":"UDP","port":53,"targetPort":5353}],"selector":{"app":"web"},\
        "clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::9"],"type":"LoadBalancer",\
        "externalIPs":["192.0.2.1"],"sessionAffinity":"ClientIP","loadBalancerIP":"192.0.2.2",\
        "loadBalancerSourceRanges":["10.0.0.0/8"],"externalName":"e.example.com",\
        "externalTrafficPolicy":"Local","healthCheckNodePort":30090,"publishNotReadyAddresses":true,\
        "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":90}},"ipFamilies":["IPv4","IPv6"],\
        "ipFamilyPolicy":"PreferDualStack","allocateLoadBalancerNodePorts":false,\
        "loadBalancerClass":"a/b","internalTrafficPolicy":"Cluster","trafficDistribution":"PreferSameZone"},\
        "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2","ipMode":"VIP","ports":[{"port":80,\
        "protocol":"TCP","error":"E"}]},{"hostname":"h.example.com"}]},"conditions":[{"type":"T",\
        "status":"True","observedGeneration":1,"lastTransitionTime":"2026-08-01T12:00:00Z",\
        "reason":"R","message":"M"}]}}
        """

    static let slice = """
        {"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"web-endpoints",\
        "namespace":"shop"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],\
        "conditions":{"ready":true,"serving":true,"terminating":false},"hostname":"h",\
        "targetRef":{"kind":"Pod","namespace":"shop","name":"web-1","uid":"u"},\
        "deprecatedTopology":{"k":"v"},"nodeName":"n","zone":"z","hints":{"forZones":[{"name":"z"}],\
        "forNodes":[{"name":"n"}]}},{"addresses":["10.0.0.2"],"conditions":{}}],\
        "ports":[{"name":"","protocol":"TCP","port":80,"appProtocol":"http"},{"name":"x","protocol":"UDP"}]}
        """

    static let endpoints = """
        {"kind":"Endpoints","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"},\
        "subsets":[{"addresses":[{"ip":"10.0.0.1","hostname":"h","nodeName":"n",\
        "targetRef":{"kind":"Pod","name":"web-1"}}],"notReadyAddresses":[{"ip":"10.0.0.2"}],\
        "ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}
        """

    static let event = """
        {"kind":"Event","apiVersion":"v1","metadata":{"name":"web.1","namespace":"shop"},\
        "involvedObject":{"kind":"Service","namespace":"shop","name":"web","uid":"u","apiVersion":"v1",\
        "resourceVersion":"3","fieldPath":"spec"},"reason":"FailedToApply","message":"M",\
        "source":{"component":"agent","host":"n"},"firstTimestamp":"2026-08-01T12:00:00Z",\
        "lastTimestamp":"2026-08-01T12:05:00Z","count":3,"type":"Warning",\
        "eventTime":"2026-08-01T12:00:00.000000Z","series":{"count":2,\
        "lastObservedTime":"2026-08-01T12:05:00.000000Z"},"action":"A","related":{"kind":"Pod"},\
        "reportingComponent":"agent","reportingInstance":"i"}
        """

    @Test(
        "are written as they were read, member by member",
        arguments: [
            (Service.self as any WritableKubeObject.Type, service), (EndpointSlice.self, slice),
            (Endpoints.self, endpoints), (Event.self, event),
        ])
    func roundTrip(_ type: any WritableKubeObject.Type, _ text: String) throws {
        let json = try JSON(parsing: Array(text.utf8))
        #expect(String(decoding: type.init(json: json).json.encoded(), as: UTF8.self) == text)
    }

    @Test("leave out what is not set, but for the members that Kubernetes always writes")
    func unset() {
        let service = Service(metadata: ObjectMeta(name: "a"), spec: ServiceSpec())
        #expect(
            service.json == [
                "kind": "Service", "apiVersion": "v1", "metadata": ["name": "a"], "spec": [:],
                "status": ["loadBalancer": [:]],
            ])
        let slice = EndpointSlice(metadata: ObjectMeta(name: "a"), addressType: "IPv4")
        #expect(slice.json["ports"] == JSON.null)
        #expect(slice.json["endpoints"] == [])
        #expect(EndpointSlice(json: slice.json) == slice)
    }

    @Test("with members of the wrong type read as if these were absent")
    func wrongTypes() {
        let service = Service(json: [
            "metadata": [1, 2], "spec": ["ports": ["x", nil, 3], "clusterIPs": [1, "10.0.0.1"]],
            "status": "up",
        ])
        #expect(service.metadata == ObjectMeta())
        #expect(service.spec.ports.count == 3)
        #expect(service.spec.clusterIPs == ["10.0.0.1"])
        for kind: any KubeObject.Type in [Pod.self, Node.self, Namespace.self, Event.self] {
            #expect(kind.init(json: "text").metadata == ObjectMeta())
        }
    }

    @Test("a Pod shows what Services look at")
    func pod() throws {
        let pod = Pod(json: [
            "metadata": ["name": "p", "deletionTimestamp": "2026-08-01T12:00:00Z"],
            "spec": [
                "nodeName": "n", "terminationGracePeriodSeconds": 5,
                "containers": [
                    [
                        "name": "c", "ports": [["name": "http", "containerPort": 8080]],
                        "readinessProbe": [
                            "httpGet": ["path": "/ok", "port": "http"], "periodSeconds": 0,
                            "timeoutSeconds": 2,
                        ],
                    ]
                ],
                "initContainers": [
                    ["name": "setup"], ["name": "mesh", "restartPolicy": "Always"],
                ],
            ],
            "status": [
                "phase": "Running", "podIP": "10.0.0.1",
                "conditions": [["type": "Ready", "status": "True"]],
            ],
        ])
        #expect(pod.isReady && pod.isTerminating && !pod.isFinished)
        #expect(pod.podIPs == ["10.0.0.1"])
        #expect(pod.sidecars.map(\.name) == ["mesh"])
        #expect(pod.terminationGracePeriodSeconds == 5)
        let container = try #require(pod.containers.first)
        #expect(container.ports == [.init(name: "http", containerPort: 8080)])
        let probe = try #require(container.readinessProbe)
        #expect(
            probe.check
                == .httpGet(
                    scheme: "HTTP", host: nil, port: .string("http"), path: "/ok", headers: []))
        #expect((probe.periodSeconds, probe.timeoutSeconds) == (10, 2))
    }

    @Test(
        "a Node's CPU is counted in thousandths",
        arguments: [
            ("4" as JSON, 4000 as Int64?), (4, 4000), ("3920m", 3920), ("0.5", 500), ("2k", nil),
            ("", nil), (nil, nil), ("9223372036854775807", nil),
        ])
    func cpu(_ quantity: JSON, _ expected: Int64?) {
        let node = Node(json: ["status": ["allocatable": ["cpu": quantity]]])
        #expect(node.allocatableMilliCPU == expected)
    }
}
