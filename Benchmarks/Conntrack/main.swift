// How long it takes to find and delete flows in a large table of connections, in a network namespace of its own:
// BenchmarkConntrack [ENTRIES] (100000). Needs root.
import Addresses
import DataPlanes
import Linux
import LoadBalancing
import Wire

let total = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let namespace = NetworkNamespace(named: "conntrack", in: "/tmp/pointsman-benchmark")
try? namespace.delete()
try namespace.create()
defer { try? namespace.delete() }
try namespace.runBlocking { try run(entries: total) }
