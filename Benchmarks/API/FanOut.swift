import Linux
import NIOCore
import NIOPosix
import ServerProcess

/// One write, many watchers: how long until all have seen it.
struct FanOut {
    let binary: String
    let group: any EventLoopGroup
    let watchers: Int
    let events: Int

    func run() async throws {
        try await Lab.with(binary, on: group) { lab in
            let connector = lab.connector
            try await lab.run(
                Caller.Round(count: 1) { _ in
                    connector.create(Objects.slices, Objects.slice(0))
                }, clients: 1)
            let before = ProcessUse(of: lab.server.pid)?.memory ?? 0
            let crowd = Watcher.Crowd()
            let watch = connector.request(
                "GET", "\(Objects.slices)?watch=true&allowWatchBookmarks=true&resourceVersion=1")
            var channels: [any Channel] = []
            for index in 1...watchers {
                channels.append(try await connector.connect { Watcher(crowd, watch) })
                // Few at a time: a server in a handshake with many strangers drops the oldest of them.
                if index.isMultiple(of: 50) { try await crowd.open(index) }
            }
            try await crowd.open(watchers)
            // The slice was made after revision 1.
            _ = try await crowd.arrivals(watchers)
            let memory = (ProcessUse(of: lab.server.pid)?.memory ?? 0) - before
            // The writer has a thread of its own: its answer does not wait for the watchers' events.
            let writers = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let writer = try Connector(lab.server.kubeconfig, on: writers)
            try await measure(lab, crowd, writer)
            say("memory of a watch: \(memory / watchers / 1024) KiB")
            for channel in channels { channel.close(promise: nil) }
            try await writers.shutdownGracefully()
        }
    }

    private func measure(_ lab: Lab, _ crowd: Watcher.Crowd, _ writer: Connector) async throws {
        var (sinceWrite, sinceAnswer, writes): ([UInt64], [UInt64], [UInt64]) = ([], [], [])
        let used = lab.processorTime
        for event in 0..<events {
            crowd.begin()
            let round = Caller.Round(count: 1) { _ in
                writer.patch("\(Objects.slices)/slice-0", Objects.patch(event))
            }
            try await Caller.run(round, clients: 1, writer)
            let (time, sent) = (round.result.times[0], round.result.lastSent)
            for arrival in try await crowd.arrivals(watchers) {
                sinceWrite.append(arrival - sent)
                sinceAnswer.append(arrival > sent + time ? arrival - sent - time : 0)
            }
            writes.append(time)
            try await Task.sleep(for: .milliseconds(50))
        }
        let cost = (lab.processorTime - used) / Double(events * watchers)
        say("\(watchers) watchers, \(events) events over TLS")
        say("the write: \(Times(writes))")
        say("write begun → event: \(Times(sinceWrite))")
        say("write answered → event: \(Times(sinceAnswer))")
        say("CPU of the server, an event and watcher: \((cost * 10).rounded() / 10) µs")
    }
}
