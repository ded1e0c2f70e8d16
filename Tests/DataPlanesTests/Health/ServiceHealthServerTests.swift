import Addresses
import KubeAPI
import Linux
import LoadBalancing
import Logging
import Synchronization
import TestSupport
import Testing
import Watching

@testable import DataPlanes

@Suite(
    "Health check NodePorts", .blockingThreads,
    .enabled(if: NodeNamespace.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct ServiceHealthServerTests {
    @Test func `The body is kube-proxy's, byte for byte`() throws {
        let answer = ServiceHealthAnswer(
            service: ObjectName(namespace: "shop", name: "front"), localEndpoints: 2,
            isProxyHealthy: false)
        #expect(
            String(decoding: answer.response.body, as: UTF8.self)
                == "{\n\t\"service\": {\n\t\t\"namespace\": \"shop\",\n\t\t\"name\": \"front\"\n\t},\n"
                + "\t\"localEndpoints\": 2,\n\t\"serviceProxyHealthy\": false\n}")
        #expect(answer.response.code == 503)
    }

    @Test func `Any path and method is answered with what is true now`() async throws {
        let lab = try ServiceHealthLab()
        lab.put(port: 32001, endpoints: ["10.244.0.1"])
        let address = try #require(await lab.bound(port: 32001).first)
        #expect(try lab.get("/", address)?.status == 200)
        let other = try lab.get("/any?thing", address, method: "DELETE")
        #expect(other?.fields["X-Load-Balancing-Endpoint-Weight"] == "1")
        lab.put(port: 32001, endpoints: ["10.244.0.1", "10.244.0.2", "10.244.0.3"])
        #expect(try lab.get("/", address)?.json?["localEndpoints"] == 3)
        lab.isProxyHealthy.set(false)
        #expect(try lab.get("/", address)?.status == 503)
        lab.isProxyHealthy.set(true)
        lab.put(port: 32001, endpoints: [])
        #expect(try lab.get("/", address)?.status == 503)
        await lab.server.stop()
    }

    @Test func `A port that changes is moved, and one that goes is closed`() async throws {
        let lab = try ServiceHealthLab()
        lab.put(port: 32011, endpoints: ["10.244.0.1"])
        let first = try #require(await lab.bound(port: 32011).first)
        lab.put(port: 32012, endpoints: ["10.244.0.1"])
        let second = try #require(await lab.bound(port: 32012).first)
        await lab.refused(first)
        #expect(try lab.get("/", second)?.status == 200)
        lab.remove()
        await lab.refused(second)
        #expect(lab.server.problems == [:])
        await lab.server.stop()
    }

    @Test func `Addresses of the node that come and go are listened on and left`() async throws {
        let lab = try ServiceHealthLab()
        lab.put(port: 32021, endpoints: ["10.244.0.1"])
        _ = await lab.bound(port: 32021)
        lab.setNodeAddresses([IPAddress("127.0.0.1")!, IPAddress("127.0.0.2")!])
        #expect(await lab.bound(port: 32021, count: 2).count == 2)
        lab.setNodeAddresses([IPAddress("127.0.0.2")!])
        let left = await lab.bound(port: 32021, count: 1)
        #expect(left == [IPSocketAddress("127.0.0.2:32021")!])
        await lab.refused(IPSocketAddress("127.0.0.1:32021")!)
        await lab.server.stop()
    }

    @Test func `A family that is served whole listens on the wildcard, told by family`()
        async throws
    {
        let lab = try ServiceHealthLab(wholeFamilies: [.ipv4, .ipv6])
        lab.put(
            port: 32031, clusterIPs: ["10.96.0.1", "fd00:96::1"], endpoints: ["10.244.0.1"])
        let bound = await lab.bound(port: 32031, count: 2)
        #expect(bound.map(\.description).sorted() == ["0.0.0.0:32031", "[::]:32031"])
        let four = try lab.get("/", IPSocketAddress("127.0.0.3:32031")!)
        #expect(four?.status == 200)
        let six = try lab.get("/", IPSocketAddress("[::1]:32031")!)
        #expect(six?.status == 503)
        await lab.server.stop()
    }

    @Test func `A port in use is said in an Event, and taken over once it is free`() async throws {
        let lab = try ServiceHealthLab()
        let cluster = FakeCluster()
        cluster.put(ServiceHealthLab.service(port: 32041, clusterIPs: ["10.96.0.1"]))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let reporter = ServiceHealthReporter(
            lab.server, client: cluster, logger: logger, time: ManualTime().source)
        let running = Task { await reporter.run() }
        do {
            let holder = try lab.node.run {
                TestListener(try TCPListener(on: IPSocketAddress("127.0.0.1:32041")!))
            }
            lab.put(port: 32041, endpoints: ["10.244.0.1"])
            let event = try #require(await Self.event(in: cluster))
            #expect(event.reason == "FailedToStartServiceHealthcheck")
            #expect(event.type == "Warning")
            #expect(event.involvedObject.name == "web")
            #expect(
                event.message.hasPrefix(
                    "node node-a failed to start healthcheck \"default/web\" on port 32041: "
                        + "bind 127.0.0.1:32041: EADDRINUSE"))
            #expect(lab.server.problems[ServiceHealthLab.web]?.reason == event.reason)
            #expect(try holder.listener.localAddress().port == 32041)
        }
        let address = try #require(await lab.bound(port: 32041).first)
        #expect(lab.server.problems == [:])
        #expect(try lab.get("/", address)?.status == 200)
        await lab.server.stop()
        await running.value
    }

    private static func event(in cluster: FakeCluster) async -> Event? {
        let events = cluster.watch(.events, since: ResourceVersion(0), ListOptions())
        do {
            for try await change in events {
                guard case .added(let object) = change else { continue }
                return Event(json: try object.json())
            }
        } catch {
            Issue.record("\(error)")
        }
        return nil
    }

    @Test func `A server that nobody holds any more closes its listeners`() async throws {
        let node: NodeNamespace
        do {
            let lab = try ServiceHealthLab()
            node = lab.node
            lab.put(port: 32051, endpoints: ["10.244.0.1"])
            #expect(await lab.bound(port: 32051).count == 1)
        }
        while (try? node.run({ try TestSocket(to: IPSocketAddress("127.0.0.1:32051")!) })) != nil {
            await Task.yield()
        }
    }
}

private final class TestListener: Sendable {
    let listener: TCPListener
    init(_ listener: consuming TCPListener) { self.listener = listener }
}
