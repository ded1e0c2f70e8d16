import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

/// Kubernetes' own cases of the conntrack clean-up: objects → ServiceTable → plan.
@Suite struct ConntrackCaseTests {
    static let cases = ConformanceCase.load("flows.yaml") {
        $0.json["kind"]?.string == "conntrack"
    }

    @Test("A flow is deleted when its backend has gone", arguments: cases)
    func change(_ flow: ConformanceCase) throws {
        let (entry, isDeleted) = try Self.read(flow)
        let table = ServiceTableCompiler.compile(FlowScene(flow).snapshot)
        // Before the change, the entry's backend was one of those of every ServicePort of its protocol.
        var old = table
        for name in old.servicePorts.keys where name.protocol == entry.protocol {
            old.servicePorts[name]?.cluster.append(
                Backend(entry.replySource.address, entry.replySource.port))
        }
        let plan = FlowPlan(
            after: table.changes(since: old), in: table, UDPFrontends(of: table))
        #expect(plan.removes(entry) == isDeleted)
        if isDeleted { #expect(plan.scans.contains { $0.matches(entry) }) }
    }

    @Test("A start deletes the same", arguments: cases)
    func start(_ flow: ConformanceCase) throws {
        let (entry, isDeleted) = try Self.read(flow)
        let table = ServiceTableCompiler.compile(FlowScene(flow).snapshot)
        let whole = FlowPlan(
            after: table.changes(since: ServiceTable()), in: table, UDPFrontends(of: table))
        #expect(whole.removes(entry) == isDeleted)
        // At another port of a ClusterIP nothing is served: that leads nowhere as well.
        let isOrphan =
            entry.protocol == .udp && table.frontend(entry.destination, .udp) == nil
            && table.serviceCIDRs.contains { $0.contains(entry.destination.address) }
        let audit = FlowPlan(auditing: table, former: [])
        #expect(audit.removes(entry) == (isDeleted || isOrphan))
    }

    @Test("The same flows go when the Service is deleted", arguments: cases)
    func deletion(_ flow: ConformanceCase) throws {
        let (entry, _) = try Self.read(flow)
        let old = ServiceTableCompiler.compile(FlowScene(flow).snapshot)
        var table = old
        table.frontends = [:]
        table.servicePorts = [:]
        let plan = FlowPlan(after: table.changes(since: old), in: table, UDPFrontends())
        let wasServed = entry.protocol == .udp && old.frontend(entry.destination, .udp) != nil
        #expect(plan.removes(entry) == wasServed)
    }

    @Test func `There are cases of both kinds`() throws {
        let answers = try Self.cases.map { try Self.read($0).isDeleted }
        #expect(answers.count == 13)
        #expect(answers.contains(true) && answers.contains(false))
    }

    private static func read(
        _ flow: ConformanceCase
    ) throws -> (entry: ConntrackEntry, isDeleted: Bool) {
        let entry = try #require(flow.inputs["entry"])
        let `protocol` = try #require(
            entry["protocol"]?.string.flatMap(L4Protocol.init(rawValue:)))
        let destination = try #require(
            entry["originalDestination"]?.string.flatMap { IPSocketAddress($0) })
        let source = try #require(entry["replySource"]?.string.flatMap { IPSocketAddress($0) })
        let tracked = ConntrackEntry(
            `protocol`, from: IPSocketAddress("10.244.0.5:40000")!, to: destination,
            repliesFrom: source, status: [.confirmed, .destinationNAT])
        let isDeleted: Bool? = flow.expect["deleted"]?.bool
        return (tracked, try #require(isDeleted as Bool?))
    }
}
