import Linux
import NIOCore
import ServerProcess

/// A list of many EndpointSlices, whole, at the client.
struct Lists {
    let binary: String
    let group: any EventLoopGroup
    let slices: Int
    let count: Int

    func run() async throws {
        try await Lab.with(binary, on: group) { lab in
            let connector = lab.connector
            try await lab.createSlices(slices)
            let used = lab.processorTime
            let size = try await measure("list of \(slices) EndpointSlices over TLS", connector)
            let megabytes = Double(size * count) / 1e6
            let cost = (lab.processorTime - used) / 1000 / megabytes
            say("CPU of the server: \((cost * 100).rounded() / 100) ms a MB")
            let bare = try await BareServer.start(large: size, on: group)
            try await measure(
                "bare TLS server, as many bytes", try Connector(bare.kubeconfig, on: group))
            try await bare.channel.close()
        }
    }

    /// - Returns: the size of one answer.
    @discardableResult
    private func measure(_ what: String, _ connector: Connector) async throws -> Int {
        let request = connector.request("GET", Objects.slices)
        // The first answer finds nothing warm.
        try await Caller.run(Caller.Round(count: 1) { _ in request }, clients: 1, connector)
        let round = Caller.Round(count: count) { _ in request }
        let start = MonotonicTime.nanoseconds
        try await Caller.run(round, clients: 1, connector)
        let elapsed = Double(MonotonicTime.nanoseconds - start) / 1e9
        let state = round.result
        let size = state.bytes / count
        let rate = Int(Double(state.bytes) / 1e6 / elapsed)
        say("\(what): \(rate) MB/s  (\(size / 1_000_000) MB each)  \(Times(state.times))")
        return size
    }
}
