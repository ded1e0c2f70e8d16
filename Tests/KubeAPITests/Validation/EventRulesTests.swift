import Addresses
import Testing

@testable import KubeAPI

@Suite("Rules of Event")
struct EventRulesTests {
    private static let context = ServiceValidationContext()

    /// As events.k8s.io/v1 has it, with changes.
    private static func event(_ change: (inout JSON) -> Void = { _ in }) -> JSON {
        var event: JSON = [
            "metadata": ["name": "web.1", "namespace": "shop"],
            "eventTime": "2026-08-01T12:00:00.000000Z", "reportingController": "example.com/c",
            "reportingInstance": "c-1", "action": "Look", "reason": "Seen", "type": "Normal",
            "regarding": ["kind": "Pod", "namespace": "shop", "name": "web"],
        ]
        change(&event)
        return event
    }

    private func words(_ event: JSON, _ resource: Resource = .groupEvents) -> [String] {
        ObjectRules.createErrors(event, resource, Self.context).map(\.description)
    }

    @Test(
        "events.k8s.io/v1 is strict",
        arguments: [
            (event(), []),
            (event { $0["eventTime"] = nil }, ["eventTime: Required value"]),
            (
                event { $0["type"] = "Bad" },
                [#"type: Invalid value: "": has invalid value: Bad"#]
            ),
            (
                event {
                    $0["deprecatedCount"] = 1
                    $0["deprecatedSource"] = ["component": "c"]
                    $0["deprecatedFirstTimestamp"] = "2026-08-01T12:00:00Z"
                    $0["deprecatedLastTimestamp"] = "2026-08-01T12:00:00Z"
                },
                ["firstTimestamp", "lastTimestamp", "count", "source"].map {
                    "\($0): Invalid value: \"\": needs to be unset"
                }
            ),
            (
                event { $0["series"] = ["count": 1] },
                [
                    #"series.count: Invalid value: "": should be at least 2"#,
                    "series.lastObservedTime: Required value",
                ]
            ),
            (
                event {
                    $0["reportingController"] = nil
                    $0["reportingInstance"] = nil
                    $0["action"] = nil
                    $0["reason"] = .string(String(repeating: "x", count: 129))
                    $0["note"] = .string(String(repeating: "x", count: 1025))
                },
                [
                    "reportingController: Required value",
                    #"reportingController: Invalid value: "": name part must be non-empty"#,
                    #"reportingController: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#,
                    "reportingInstance: Required value", "action: Required value",
                    #"reason: Invalid value: "": can have at most 128 characters"#,
                    #"message: Invalid value: "": can have at most 1024 characters"#,
                ]
            ),
            (
                event { $0["regarding"] = ["kind": "Node", "name": "n"] },
                [#"involvedObject.namespace: Invalid value: "": does not match event.namespace"#]
            ),
        ] as [(JSON, [String])])
    func strict(_ event: JSON, _ expected: [String]) { #expect(words(event) == expected) }

    @Test("v1 asks for less: no type, no times, and any name that a URL can hold")
    func loose() {
        var event: JSON = [
            "metadata": ["name": "Web_1", "namespace": "shop"],
            "involvedObject": ["namespace": "shop"], "count": -1, "message": "m",
        ]
        #expect(words(event, .events) == [])
        event["metadata"]?["name"] = "a/b"
        #expect(
            words(event, .events) == [#"metadata.name: Invalid value: "a/b": may not contain '/'"#])
    }

    @Test("only the series of an Event changes through events.k8s.io/v1")
    func update() {
        func words(_ new: JSON, _ resource: Resource, replacing old: JSON) -> [String] {
            ObjectRules.updateErrors(
                new, replacing: old, resource, subresource: nil, Self.context
            ).map(\.description)
        }
        let old = Self.event()
        let repeated = Self.event {
            $0["series"] = ["count": 2, "lastObservedTime": "2026-08-01T12:01:00.000000Z"]
        }
        #expect(words(repeated, .groupEvents, replacing: old) == [])
        let once = Self.event { $0["series"] = ["count": 1] }
        #expect(words(once, .groupEvents, replacing: old).count == 2)
        // What was wrong before is not looked at again.
        #expect(words(once, .groupEvents, replacing: once) == [])
        let other = Self.event {
            $0["note"] = "other"
            $0["regarding"]?["name"] = "db"
        }
        #expect(
            words(other, .groupEvents, replacing: old) == [
                #"involvedObject: Invalid value: {"kind":"Pod","namespace":"shop","name":"db"}: field is immutable"#,
                #"message: Invalid value: "other": field is immutable"#,
            ])
        #expect(
            words(EventVersion.core(other), .events, replacing: EventVersion.core(old)) == [])
    }
}
