// The nftables data plane against its goals and its peers; in a network namespace of its own, as root:
// BenchmarkNFTables cold [SERVICES …] | change [SERVICES …] | memory | connections [SERVICES [KUBE-PROXY'S]]
//     | least-connections [SECONDS]. Prints Markdown tables.
import Glibc
import Linux

_ = try? DescriptorLimit.raiseToHardLimit()
Heap.limitArenas(to: 2)
let arguments = Array(CommandLine.arguments.dropFirst())
let numbers = arguments.dropFirst().compactMap { Int($0) }
switch arguments.first {
case "cold":
    for services in numbers.isEmpty ? [1000, 10_000, 100_000] : numbers {
        try await ColdStart(services: services).run()
        if services <= 10_000 { try await ColdStart(services: services, isOneNode: true).run() }
    }
case "change":
    for services in numbers.isEmpty ? [10_000, 100_000] : numbers {
        try await OneChange(services: services, count: 2000).run()
    }
case "memory": try await MemoryInUse(services: 10_000, changes: 10_000).run()
case "connections":
    try await NewConnections(
        services: numbers.first ?? 10_000, peerServices: numbers.dropFirst().first ?? 1000
    ).run()
case "least-connections": try await BusiestBackend(seconds: numbers.first ?? 60).run()
default:
    print("usage: BenchmarkNFTables cold|change|memory|connections|least-connections [NUMBER …]")
    exit(2)
}
