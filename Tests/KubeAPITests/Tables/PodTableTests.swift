import Testing

@testable import KubeAPI

@Suite("The table of Pods")
struct PodTableTests {
    /// A Pod with two containers.
    private func pod(_ status: String, metadata: String = "", spec: String = "") throws -> JSON {
        try tree(
            #"{"metadata":{"name":"p"\#(metadata)},"spec":{"containers":[{"name":"a"},{"name":"b"}]\#(spec)},"status":{\#(status)}}"#
        )
    }

    @Test(
        "the status says what the containers do",
        arguments: [
            (#""phase":"Pending""#, "Pending", 0),
            (#""phase":"Failed","reason":"Evicted""#, "Evicted", 0),
            (
                #""phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}},{"name":"b","ready":true,"state":{"running":{}}}]"#,
                "Running", 2
            ),
            (
                #""phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}},{"name":"b","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]"#,
                "CrashLoopBackOff", 1
            ),
            (
                #""phase":"Succeeded","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]"#,
                "Completed", 0
            ),
            (
                #""phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]"#,
                "Running", 1
            ),
            (
                #""phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]"#,
                "NotReady", 1
            ),
            (
                #""phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]"#,
                "ExitCode:3", 0
            ),
            (
                #""phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]"#,
                "Signal:9", 0
            ),
            (
                #""phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]"#,
                "SchedulingGated", 0
            ),
        ] as [(String, String, Int)])
    func status(_ status: String, _ reason: String, _ ready: Int) throws {
        let summary = try PodSummary(pod(status))
        #expect(summary.reason == reason)
        #expect(summary.ready == ready)
        #expect(summary.containers == 2)
    }

    @Test(
        "init containers and sidecars",
        arguments: [
            (#"{"name":"i","state":{"running":{}}}"#, "Init:0/2", 0),
            (
                #"{"name":"i","state":{"waiting":{"reason":"ErrImagePull"}}}"#, "Init:ErrImagePull",
                0
            ),
            (#"{"name":"i","state":{"waiting":{"reason":"PodInitializing"}}}"#, "Init:0/2", 0),
            (#"{"name":"i","state":{"terminated":{"exitCode":2}}}"#, "Init:ExitCode:2", 0),
            (
                #"{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"s","started":true,"ready":true,"state":{"running":{}}}"#,
                "Running", 1
            ),
            (
                #"{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"s","started":false,"state":{"running":{}}}"#,
                "Init:1/2", 0
            ),
        ] as [(String, String, Int)])
    func initContainers(_ statuses: String, _ reason: String, _ ready: Int) throws {
        let spec = #","initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}]"#
        let summary = try PodSummary(
            pod(#""phase":"Running","initContainerStatuses":[\#(statuses)]"#, spec: spec))
        #expect(summary.reason == reason)
        #expect(summary.ready == ready)
        #expect(summary.containers == 3)
    }

    @Test("a Pod that is being deleted is Terminating, unless it has ended")
    func terminating() throws {
        let deleted = #","deletionTimestamp":"2026-11-23T12:00:00Z""#
        func reason(_ status: String) throws -> String {
            try PodSummary(pod(status, metadata: deleted)).reason
        }
        #expect(try reason(#""phase":"Running""#) == "Terminating")
        #expect(try reason(#""phase":"Succeeded""#) == "Succeeded")
        #expect(try reason(#""phase":"Running","reason":"NodeLost""#) == "Unknown")
    }

    @Test("restarts with the time of the last one, addresses, nodes and gates")
    func row() throws {
        let object = try pod(
            #""phase":"Running","podIP":"10.244.0.2","podIPs":[{"ip":"10.244.0.2"},{"ip":"fd00::2"}],"conditions":[{"type":"g","status":"True"}],"containerStatuses":[{"name":"a","ready":true,"restartCount":2,"state":{"running":{}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-11-23T11:55:00Z"}}},{"name":"b","ready":true,"restartCount":1,"state":{"running":{}}}]"#,
            spec:
                #","nodeName":"n1","readinessGates":[{"conditionType":"g"},{"conditionType":"h"}]"#
        )
        let table = Table.make(
            resource: .pods, objects: [object], now: Timestamp(secondsSinceEpoch: 1_795_435_200))
        #expect(
            table["rows"]?.array?.first?["cells"] == [
                "p", "2/2", "Running", "3 (5m ago)", "<unknown>", "10.244.0.2", "n1", "<none>",
                "1/2",
            ])
    }

    @Test("a Pod of which nothing is known still has a row")
    func empty() {
        let table = Table.make(
            resource: .pods, objects: [[:]], now: Timestamp(secondsSinceEpoch: 0))
        #expect(
            table["rows"]?.array?.first?["cells"] == [
                "", "0/0", "", "0", "<unknown>", "<none>", "<none>", "<none>", "<none>",
            ])
    }
}
