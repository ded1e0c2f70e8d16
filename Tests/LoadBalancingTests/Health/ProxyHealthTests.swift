import Addresses
import KubeAPI
import LoadBalancing
import Testing

@Suite struct ProxyHealthTests {
    private static let epoch = Duration.seconds(1_800_000_000)
    private var health = ProxyHealth()

    private static func at(_ seconds: Double) -> ProxyHealth.Moment {
        ProxyHealth.Moment(
            monotonic: .seconds(seconds), sinceEpoch: epoch + .seconds(seconds))
    }

    @Test func `Nothing queued is healthy, however long it lasts`() {
        #expect(health.isHealthy(at: Self.at(100_000)))
        #expect(health.healthReport(at: Self.at(100_000)).isGood)
    }

    @Test mutating func `A change may wait for less than the timeout`() {
        health.updated(.ipv4, at: Self.at(0))
        health.queuedUpdate(.ipv4, at: Self.at(10))
        #expect(health.isHealthy(at: Self.at(69.9)))
        #expect(!health.isHealthy(at: Self.at(70)))
        health.updated(.ipv4, at: Self.at(71))
        #expect(health.isHealthy(at: Self.at(72)))
        #expect(health.isHealthy(at: Self.at(1000)))
    }

    @Test mutating func `The oldest change counts, not the newest`() {
        health.queuedUpdate(.ipv4, at: Self.at(0))
        health.queuedUpdate(.ipv4, at: Self.at(59))
        #expect(!health.isHealthy(at: Self.at(60)))
    }

    @Test mutating func `One family that is late makes all of it unhealthy, and it is said which`()
    {
        health.updated(.ipv4, at: Self.at(1))
        health.updated(.ipv6, at: Self.at(2))
        health.queuedUpdate(.ipv6, at: Self.at(10))
        health.queuedUpdate(.ipv4, at: Self.at(60))
        let report = health.healthReport(at: Self.at(75))
        #expect(!report.isHealthy && !report.isGood)
        #expect(report.families[.ipv4]?.isHealthy == true)
        #expect(report.families[.ipv6]?.isHealthy == false)
        #expect(report.lastUpdated == Self.epoch + .seconds(2))
        health.updated(.ipv6, at: Self.at(76))
        #expect(health.isHealthy(at: Self.at(77)))
    }

    @Test mutating func `A jump of the wall clock makes nothing late`() {
        health.queuedUpdate(.ipv4, at: Self.at(0))
        let moment = ProxyHealth.Moment(
            monotonic: .seconds(5), sinceEpoch: Self.epoch + .seconds(86400))
        #expect(health.isHealthy(at: moment))
    }

    private static func node(
        deleted: String? = nil, taints: [String] = []
    ) -> Node {
        var metadata = ObjectMeta(name: "node-a")
        metadata.deletionTimestamp = deleted
        var node = Node(metadata: metadata)
        node.taintKeys = taints
        return node
    }

    @Test(
        "A node that goes is not eligible; the proxy on it lives",
        arguments: [
            (node(), true),
            (node(taints: ["node.kubernetes.io/unreachable"]), true),
            (node(taints: ["other", "ToBeDeletedByClusterAutoscaler"]), false),
            (node(deleted: "2026-01-01T00:00:00Z"), false), (nil, false),
        ])
    func eligible(_ node: Node?, _ isEligible: Bool) {
        var health = health
        health.take(node)
        #expect(health.isNodeEligible == isEligible)
        #expect(health.healthReport(at: Self.at(0)).isGood == isEligible)
        #expect(health.livenessReport(at: Self.at(0)).isGood)
        #expect(health.isHealthy(at: Self.at(0)))
        health.take(Self.node())
        #expect(health.healthReport(at: Self.at(1)).isGood)
    }

    @Test func `A Node object's taints are read`() {
        let node = Node(json: [
            "metadata": ["name": "node-a"],
            "spec": [
                "taints": [["key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"]]
            ],
        ])
        #expect(node.taintKeys == ["ToBeDeletedByClusterAutoscaler"])
    }

    @Test mutating func `The JSON has kube-proxy's members in its order`() {
        health.updated(.ipv6, at: Self.at(1.25))
        health.queuedUpdate(.ipv4, at: Self.at(2))
        func text(_ report: ProxyHealth.Report) -> String {
            String(decoding: report.json.encoded(), as: UTF8.self)
        }
        #expect(
            text(health.healthReport(at: Self.at(3)))
                == #"{"lastUpdated":"2027-01-15T08:00:03Z","currentTime":"2027-01-15T08:00:03Z","#
                + #""nodeEligible":true,"healthy":true,"status":{"#
                + #""IPv4":{"lastUpdated":"0001-01-01T00:00:00Z","healthy":true},"#
                + #""IPv6":{"lastUpdated":"2027-01-15T08:00:01.25Z","healthy":true}}}"#)
        #expect(
            text(health.livenessReport(at: Self.at(100)))
                == #"{"lastUpdated":"2027-01-15T08:00:01.25Z","#
                + #""currentTime":"2027-01-15T08:01:40Z","healthy":false,"status":{"#
                + #""IPv4":{"lastUpdated":"0001-01-01T00:00:00Z","healthy":false},"#
                + #""IPv6":{"lastUpdated":"2027-01-15T08:00:01.25Z","healthy":true}}}"#)
        #expect(
            text(ProxyHealth().livenessReport(at: Self.at(0)))
                == #"{"lastUpdated":"2027-01-15T08:00:00Z","#
                + #""currentTime":"2027-01-15T08:00:00Z","healthy":true}"#)
    }
}
