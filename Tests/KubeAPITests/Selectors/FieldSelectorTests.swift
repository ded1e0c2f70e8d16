import Testing

@testable import KubeAPI

@Suite("Field selectors")
struct FieldSelectorTests {
    static let pod: JSON = [
        "metadata": ["name": "web-1", "namespace": "shop"],
        "spec": ["nodeName": "node-a"],
        "status": [
            "phase": "Running", "podIP": "10.0.0.1",
            "podIPs": [["ip": "10.0.0.1"], ["ip": "fd00::1"]],
        ],
    ]

    @Test(
        "select by the fields of the resource",
        arguments: [
            ("", true), ("metadata.name=web-1", true), ("metadata.name==web-1", true),
            ("metadata.name!=web-1", false), ("metadata.namespace=shop,spec.nodeName=node-a", true),
            ("spec.nodeName=", false), ("spec.schedulerName=", true),
            ("spec.hostNetwork=false", true), ("status.podIPs=fd00::1", true),
            ("status.podIPs!=fd00::2", true), ("status.podIP=fd00::1", false),
            ("status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown", true),
            ("status.phase=Running,", true),
        ])
    func matching(_ text: String, _ expected: Bool) throws {
        #expect(try FieldSelector(parsing: text, for: .pods).matches(Self.pod) == expected)
    }

    @Test(
        "find Events in either form",
        arguments: [
            ("involvedObject.name=web,reason=Seen", Resource.events), ("source=c", .events),
            ("reportingComponent=c,type=Normal", .events),
            ("regarding.name=web,reason=Seen", .groupEvents),
            ("regarding.kind=Pod,reportingController=c", .groupEvents),
        ])
    func events(_ text: String, _ resource: Resource) throws {
        var event = try tree(EventVersionTests.core)
        event["source"] = nil
        let selector = try FieldSelector(parsing: text, for: resource)
        #expect(selector.matches(resource.shown(event)))
        event["involvedObject"] = ["kind": "Node", "name": "n"]
        event["reportingComponent"] = "d"
        #expect(!selector.matches(resource.shown(event)))
    }

    @Test("tell the one name and namespace that can match")
    func shortcuts() throws {
        let selector = try FieldSelector(
            parsing: "metadata.namespace=shop,metadata.name=web", for: .services)
        #expect(selector.name == "web")
        #expect(selector.namespace == "shop")
        #expect(try FieldSelector(parsing: "metadata.name!=web", for: .services).name == nil)
    }

    @Test(
        "refuse other fields and bad syntax",
        arguments: [
            ("spec.clusterIP=None", Resource.pods, "field label not supported: spec.clusterIP"),
            ("spec.nodeName=a", .services, "field label not supported: spec.nodeName"),
            (
                "involvedObject.name=a", .groupEvents,
                "field label not supported: involvedObject.name"
            ),
            ("spec.parentRef=a", .ipAddresses, "field label not supported: spec.parentRef"),
            ("addressType=IPv4", .endpointSlices, "field label not supported: addressType"),
            (
                "metadata.name", .pods,
                "invalid selector: 'metadata.name'; can't understand 'metadata.name'"
            ),
            (
                "metadata.name!x", .pods,
                "invalid selector: 'metadata.name!x'; can't understand 'metadata.name!x'"
            ),
            ("metadata.name=a=b", .pods, "invalid field selector: unescaped character in value: ="),
            ("metadata.name=a\\x", .pods, "invalid field selector: invalid escape sequence: \\x"),
            ("metadata.name=a\\", .pods, "invalid field selector: invalid escape sequence: \\"),
        ])
    func refused(_ text: String, _ resource: Resource, _ message: String) {
        #expect(throws: Status.badRequest(message)) {
            try FieldSelector(parsing: text, for: resource)
        }
    }

    @Test("unescape commas, equal signs and backslashes in a value")
    func escapes() throws {
        let selector = try FieldSelector(parsing: #"reason=a\,b\=c\\d,type=Normal"#, for: .events)
        #expect(selector.terms.map(\.value) == [#"a,b=c\d"#, "Normal"])
        #expect(selector.matches(["reason": #"a,b=c\d"#, "type": "Normal"]))
    }

    @Test("select events by their object and their source")
    func events() throws {
        let event: JSON = [
            "involvedObject": ["kind": "Service", "name": "web"], "source": ["component": "agent"],
        ]
        let selector = try FieldSelector(
            parsing: "involvedObject.kind=Service,involvedObject.name=web,source=agent",
            for: .events)
        #expect(selector.matches(event))
        #expect(!selector.matches(["involvedObject": ["kind": "Pod", "name": "web"]]))
    }
}
