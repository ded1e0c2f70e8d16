import APIServer
import Addresses
import Controllers
import DataPlanes
import FoundationEssentials
import LoadBalancing
import Logging
import SQLiteStorage
import Storage
import Watching

// How long a change of one Pod takes from the write until the data plane is given the new table: API server and
// store in this process, controllers and agent as `pointsman up` runs them. Arguments: --memory keeps the store in
// memory; a number is the count of changes.

let lab = LabObjects(services: 1000, pods: 5000)
let count = CommandLine.arguments.compactMap { Int($0) }.first ?? 2000
let inMemory = CommandLine.arguments.contains("--memory")
let path = FileManager.default.temporaryDirectory.appendingPathComponent(
    "pointsman-benchmark-\(ProcessInfo.processInfo.processIdentifier)")
try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: path) }

let log: any RevisionLog =
    inMemory ? MemoryLog() : try SQLiteLog(path: path.path + "/state.db")
var configuration = APIServer.Configuration(
    listen: [], tls: .init(certificateChain: [], privateKey: [], clientCA: []),
    serviceCIDRs: [IPPrefix("10.96.0.0/12")!], podCIDRs: [IPPrefix("10.244.0.0/16")!])
let logger = Logger(label: "benchmark")
let server = APIServer(log: log, configuration: configuration, logger: logger)
let client = server.client
let time = TimeSource.machine { .seconds(Date().timeIntervalSince1970) }
let plane = RecordingPlane()
let caches = ClusterCaches()
let controllers = ControllerSet(caches, client, pools: [], pods: nil, time: time) {
    logger.warning("\($0)")
}
let agent = ProxyAgent(
    caches: caches, client: client, plane: plane, node: NodeContext(name: "node-a"),
    logger: logger, time: time)

let filling = ContinuousClock.now
try await lab.create(in: client)
print("objects stored in \(ContinuousClock.now - filling)")

try await withThrowingTaskGroup(of: Void.self) { group in
    let start = ContinuousClock.now
    group.addTask { await caches.run(client, time: time) { logger.warning("\($0)") } }
    group.addTask { await controllers.run() }
    group.addTask { try await agent.run() }
    await plane.waitForBackends(lab.pods)
    print("all \(lab.pods) backends in the data plane after \(ContinuousClock.now - start)")
    try await Task.sleep(for: .seconds(2))
    try await Measurement(lab: lab, client: client, plane: plane, count: count).run()
    group.cancelAll()
}
