import KubeAPI
import Linux
import NIOCore
import ServerProcess

/// Durable writes over HTTPS, with one client and with 64.
struct Writes {
    let binary: String
    let group: any EventLoopGroup
    let seconds: Double

    func run() async throws {
        try await Lab.with(binary, on: group) { lab in
            for appending in [true, false] {
                let times = try Disk.times(in: lab.directory, appending: appending, count: 2000)
                say("fdatasync of 4 KiB, \(appending ? "appended" : "overwritten"): \(times)")
            }
            try await bare()
            let connector = lab.connector
            try await lab.createSlices(64)
            var numbers = 0
            for clients in [1, 64] {
                let first = numbers
                let services = Caller.Round(seconds: seconds) {
                    connector.create(Objects.services, Objects.service(first + $0))
                }
                let state = try await measure("create a Service", services, clients, lab)
                numbers += state.next
                let patches = Caller.Round(seconds: seconds) { number in
                    connector.patch(
                        "\(Objects.slices)/slice-\(number % 64)", Objects.patch(number))
                }
                try await measure("patch an EndpointSlice", patches, clients, lab)
            }
            let contended = Caller.Round(seconds: seconds) { number in
                connector.patch("\(Objects.slices)/slice-0", Objects.patch(number))
            }
            try await measure("patch one EndpointSlice", contended, 64, lab)
        }
    }

    @discardableResult
    private func measure(
        _ what: String, _ round: Caller.Round, _ clients: Int, _ lab: Lab
    ) async throws -> Caller.Round.State {
        let (start, used) = (MonotonicTime.nanoseconds, lab.processorTime)
        let state = try await lab.run(round, clients: clients)
        let elapsed = Double(MonotonicTime.nanoseconds - start) / 1e9
        let times = Times(state.times)
        let rate = Int(Double(times.count) / elapsed)
        let cost = Int((lab.processorTime - used) / Double(max(1, times.count)))
        say("\(what), \(clients) clients: \(rate)/s  \(times)  (\(cost) µs of CPU each)")
        return state
    }

    /// The same bytes against a server that does nothing.
    private func bare() async throws {
        let server = try await BareServer.start(large: 1000, on: group)
        let connector = try Connector(server.kubeconfig, on: group)
        for clients in [1, 64] {
            let round = Caller.Round(seconds: 1) {
                connector.create(Objects.slices, Objects.slice($0))
            }
            let start = MonotonicTime.nanoseconds
            try await Caller.run(round, clients: clients, connector)
            let state = round.result
            let elapsed = Double(MonotonicTime.nanoseconds - start) / 1e9
            let rate = Int(Double(state.times.count) / elapsed)
            say("bare TLS echo, \(clients) clients: \(rate)/s  \(Times(state.times))")
        }
        try await server.channel.close()
    }
}
