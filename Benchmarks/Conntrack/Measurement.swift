import Addresses
import DataPlanes
import Linux
import LoadBalancing
import Wire

/// The time and the number that `body` gives, as one line; the best of some runs.
private func measure(_ what: String, runs: Int = 5, _ body: () throws -> Int) rethrows {
    var best = Duration.seconds(1000)
    var count = 0
    for _ in 0..<runs {
        let clock = ContinuousClock()
        let start = clock.now
        count = try body()
        best = min(best, clock.now - start)
    }
    let microseconds =
        best.components.attoseconds / 1_000_000_000_000 + best.components.seconds * 1_000_000
    print("\(what): \(Double(microseconds) / 1000) ms, \(count)")
}

func run(entries: Int) throws {
    var table = try ConntrackTable()
    let one = Load.frontend(7)
    let filter = ConntrackFilter(
        .ipv4, .udp, to: one.address, port: one.port, status: .destinationNAT)
    func count(_ filter: ConntrackFilter) throws -> Int {
        try table.reduce(into: 0, matching: filter) { count, _ in count += 1 }
    }
    try measure("empty table, one frontend") { try count(filter) }
    try measure("insert", runs: 1) {
        try Load(entries: entries).insert()
        return entries
    }
    try measure("one frontend") { try count(filter) }
    try measure("all UDP") { try count(ConntrackFilter(.ipv4, .udp)) }
    try measure("everything") { try count(ConntrackFilter(.ipv4)) }
    let services = Load.table
    let all = ConnectionCounter(Set(services.servicePorts.keys), in: services)
    try measure("count connections of all backends") {
        try all.count(in: &table).values.reduce(0) { $0 + $1.values.reduce(0, +) }
    }
    let few = ConnectionCounter([Load.name(7, .tcp)], in: services)
    try measure("count connections of one ServicePort") {
        try few.count(in: &table).values.reduce(0) { $0 + $1.values.reduce(0, +) }
    }
    let audit = FlowPlan(auditing: services, former: [])
    try measure("audit at the start, nothing stale") {
        try audit.scans.reduce(0) { try $0 + table.delete(matching: $1, where: audit.removes) }
    }
    let gone = Load.backend(7, 3).socketAddress
    try measure("delete the flows of one backend", runs: 1) {
        try table.delete(matching: filter) { $0.replySource == gone }
    }
    try measure("delete all UDP flows", runs: 1) {
        try table.delete(matching: ConntrackFilter(.ipv4, .udp)) { _ in true }
    }
}
