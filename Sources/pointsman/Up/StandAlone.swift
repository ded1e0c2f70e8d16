import APIServer
import Addresses
import Controllers
import DNSServer
import DataPlanes
import KubeAPI
import Linux
import LoadBalancing
import Logging
import Pods
import SQLiteStorage
import Watching

/// Everything in one process: the composition root of `pointsman up`. Nothing else knows which API it talks to.
struct StandAlone {
    let options: UpOptions
    let logger: Logger
    let time = TimeSource.machine { WallClock.sinceEpoch }

    init(_ options: UpOptions) {
        self.options = options
        var logger = Logger(label: "pointsman")
        logger.logLevel = options.isVerbose ? .debug : .notice
        self.logger = logger
    }

    func run() async throws {
        Heap.limitArenas(to: 2)
        Heap.mapBlocks(from: 64 << 10)
        let signals = try Signal.stream(of: [.terminate, .interrupt])
        let directory = try DataDirectory(options.dataDirectory)
        let log = try SQLiteLog(path: directory.storePath)
        let plan = try AddressPlan(options.addresses, try HostNetwork.facts())
        try directory.checkPlan(plan)
        let network = HostNetwork(plan: plan)
        try network.checkOverlaps()
        if plan.isPrivileged {
            for change in try HostForwarding.enable(Set(plan.families)) {
                logger.notice("\(change)")
            }
            for what in await PodSandbox.sweep() { logger.notice("\(what)") }
        }
        let areOurs = try network.addRoutes()
        do {
            let host = try StandAloneHost(self, plan: plan, directory: directory, log: log)
            try await host.run(until: signals)
            // The kernel goes on forwarding, and its packets need the routes.
            if !host.outlivesProcess { try network.removeRoutes() }
        } catch {
            // What an earlier start has put into the kernel goes on forwarding, whatever becomes of this one.
            if areOurs, !NFTablesSupport.isInForce { try? network.removeRoutes() }
            await log.close()
            throw error
        }
        await log.close()
    }
}
