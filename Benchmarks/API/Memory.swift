import APIClient
import KubeAPI
import Linux
import NIOCore
import ServerProcess
import Watching

/// What `pointsman up` holds in memory for many Services: without selector, with an Endpoints object each that a user
/// made; the controller mirrors that to an EndpointSlice. No Pods. API, store, controllers, data plane and DNS are
/// one process, so all of it counts.
struct Memory {
    let binary: String
    let group: any EventLoopGroup
    let services: Int

    func run() async throws {
        try await Lab.with(binary, on: group) { lab in
            report("empty", lab.server)
            let connector = lab.connector
            try await lab.run(
                Caller.Round(count: services) {
                    connector.create(Objects.services, Objects.service($0))
                }, clients: 32)
            report("\(services) Services", lab.server)
            try await lab.run(
                Caller.Round(count: services) {
                    connector.create(Objects.endpoints, Objects.endpoints($0))
                }, clients: 32)
            let client = try APIClient(lab.server.kubeconfig)
            var count = 0
            while count < services {
                try await Task.sleep(for: .seconds(1))
                count = try await client.list(.endpointSlices, ListOptions()).items.count
            }
            try await Task.sleep(for: .seconds(3))
            report("with \(services * 5) endpoints in Endpoints and EndpointSlices", lab.server)
            let start = ContinuousClock.now
            try await lab.restart()
            say("killed and started again, ready after \(ContinuousClock.now - start)")
            try await Task.sleep(for: .seconds(3))
            report("after the start", lab.server)
        }
    }

    private func report(_ what: String, _ server: ServerProcess) {
        guard let use = ProcessUse(of: server.pid) else { return }
        say(
            "\(what): \(use.resident >> 20) MiB resident, \(use.memory >> 20) MiB of them not of files, "
                + "\(use.descriptors) descriptors, \(use.threads) threads")
    }
}
