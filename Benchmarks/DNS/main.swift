import Addresses
import DNSServer
import KubeAPI
import Linux
import LoadBalancing
import Logging
import Wire

// Queries a second over loopback UDP against 10,000 Services, beside an echo server of the same shape in the same run,
// and what an update of one Service costs. Usage: BenchmarkDNS [SECONDS].

let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3
let serviceCount = 10_000
let domain = DNS.Name("cluster.local")!

/// A cluster of Services with ClusterIPs and 8 endpoints each.
func cluster() -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(node: NodeContext(name: "node"))
    snapshot.namespaces = ["default"]
    for index in 0..<serviceCount {
        var spec = ServiceSpec()
        spec.type = .clusterIP
        spec.clusterIP = "10.96.\(index / 250).\(index % 250 + 1)"
        spec.clusterIPs = [spec.clusterIP]
        spec.ports = [ServicePort(name: "http", port: 80)]
        let metadata = ObjectMeta(name: "service-\(index)", namespace: "default")
        let name = metadata.objectName
        snapshot.services[name] = Service(metadata: metadata, spec: spec)
        let endpoints = (0..<8).map { pod in
            Endpoint(addresses: ["10.\(100 + pod).\(index / 250).\(index % 250 + 1)"])
        }
        let slice = EndpointSlice(
            metadata: ObjectMeta(name: "service-\(index)-endpoints", namespace: "default"),
            addressType: "IPv4", endpoints: endpoints,
            ports: [EndpointPort(name: "http", port: 8080)])
        snapshot.slices[name] = [slice.metadata.name: slice]
    }
    return snapshot
}

let snapshot = cluster()
let server = try DNSServer(
    configuration: DNSServerConfiguration(
        listenAddresses: [IPSocketAddress("127.53.0.1:0")!], zone: DNSZoneOptions(domain: domain)),
    logger: Logger(label: "benchmark"))

let clock = ContinuousClock()
let whole = clock.measure { server.update(snapshot, changed: Set(snapshot.services.keys)) }
server.setSynced()
print("zone of \(serviceCount) Services compiled in \(whole)")

var changes: [Duration] = []
for index in 0..<1000 {
    let name = ObjectName(namespace: "default", name: "service-\(index * 7 % serviceCount)")
    var changed = snapshot
    changed.services[name]?.spec.clusterIPs = ["10.97.0.\(index % 200)"]
    changes.append(clock.measure { server.update(changed, changed: [name]) })
    server.update(snapshot, changed: [name])
}
changes.sort()
print("update of one Service: median \(changes[500]), p99 \(changes[990])")

let running = Task { try await server.run() }
let echo = try EchoServer(IPSocketAddress("127.53.0.2:0")!)
let queries = (0..<1024).map { index in
    let name = DNS.Name("service-\(index * 9).default.svc.cluster.local")!
    return DNS.Message(
        id: UInt16(index), asking: DNS.Question(name, .a), edns: DNS.EDNS(payload: 1232)
    ).encoded()
}
for round in 1...3 {
    for (name, address) in [("echo", echo.address), ("DNS", server.boundAddresses[0])] {
        let result = try await LoadGenerator(address, queries).run(seconds: seconds)
        print("round \(round) \(name): \(result)")
    }
}
running.cancel()
try await running.value
echo.stop()
