import Glibc
import Linux
import NIOPosix
import ServerProcess

// The API of a `pointsman up` process over HTTPS: durable writes, fan-out of watches, a large list, memory. The
// clients share the machine with the server: they run on one thread and look at nothing but lengths and line ends.
// Usage: BenchmarkAPI [--binary PATH] [writes|watch|list|memory …]

var arguments = Array(CommandLine.arguments.dropFirst())
var binary = ".build/release/pointsman"
if let index = arguments.firstIndex(of: "--binary"), index + 1 < arguments.count {
    binary = arguments[index + 1]
    arguments.removeSubrange(index...index + 1)
}
if arguments.isEmpty { arguments = ["writes", "watch", "list", "memory"] }
try DescriptorLimit.raiseToHardLimit()
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
do {
    for part in arguments { try await run(part) }
} catch {
    say("BenchmarkAPI: \(error)")
    exit(1)
}

func run(_ part: String) async throws {
    switch part {
    case "writes": try await Writes(binary: binary, group: group, seconds: 3).run()
    case "watch":
        try await FanOut(binary: binary, group: group, watchers: 1000, events: 50).run()
    case "list": try await Lists(binary: binary, group: group, slices: 10_000, count: 20).run()
    case "memory": try await Memory(binary: binary, group: group, services: 10_000).run()
    default: throw BenchmarkFailure(description: "there is no part \(part)")
    }
}
