import APIClient
import Linux
import NIOCore
import NIOPosix
import ServerProcess

/// One write, many watchers: how long until all have seen it. Beside it a server that does nothing but write as many
/// bytes to as many TLS connections.
struct FanOut {
    let binary: String
    let group: any EventLoopGroup
    let watchers: Int
    let events: Int

    func run() async throws {
        // The writer has a thread of its own: its answer does not wait for the watchers' events.
        let writers = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await Lab.with(binary, on: group) { lab in
            let size = try await measure(lab, writers)
            try await bare(size, writers)
        }
        try await writers.shutdownGracefully()
    }

    /// - Returns: the bytes of an event.
    private func measure(_ lab: Lab, _ writers: any EventLoopGroup) async throws -> Int {
        let connector = lab.connector
        try await lab.createSlices(1)
        let before = ProcessUse(of: lab.server.pid)?.memory ?? 0
        // The slice was made after revision 1.
        let watch = connector.request(
            "GET", "\(Objects.slices)?watch=true&allowWatchBookmarks=true&resourceVersion=1")
        let audience = try await Audience.open(watchers, of: watch, connector)
        try await audience.settle()
        let memory = (ProcessUse(of: lab.server.pid)?.memory ?? 0) - before
        let used = lab.processorTime
        let writer = try Connector(lab.server.kubeconfig, on: writers)
        let waits = try await audience.wait(for: events, writer) {
            writer.patch("\(Objects.slices)/slice-0", Objects.patch($0))
        }
        let cost = (lab.processorTime - used) / Double(events * watchers)
        say("\(watchers) watchers, \(events) events of \(waits.size) bytes over TLS")
        say("the write: \(Times(waits.writes))")
        say("write begun → event: \(Times(waits.sinceWrite))")
        say("write answered → event: \(Times(waits.sinceAnswer))")
        say("CPU of the server, an event and watcher: \((cost * 10).rounded() / 10) µs")
        say("memory of a watch: \(memory / watchers / 1024) KiB")
        audience.close()
        return waits.size
    }

    private func bare(_ size: Int, _ writers: any EventLoopGroup) async throws {
        let servers = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let server = try await BareServer.start(large: size, on: servers)
        let connector = try Connector(server.kubeconfig, on: group)
        let audience = try await Audience.open(
            watchers, of: connector.request("GET", "/?watch=true"), connector)
        let writer = try Connector(server.kubeconfig, on: writers)
        let waits = try await audience.wait(for: events, writer) {
            writer.patch("/", Objects.patch($0))
        }
        say("bare TLS server, write answered → event: \(Times(waits.sinceAnswer))")
        audience.close()
        try await server.channel.close()
        try await servers.shutdownGracefully()
    }
}
