import Addresses
import Foundation
import KubeAPI
import Logging
import Storage
import TestSupport
import Testing

@testable import APIServer

/// Random writes of many at once, with deaths in between, against a model that is a plain scan of the stored Services.
@Suite("Addresses and ports of Services")
struct AllocationPropertyTests {
    private static let ports: ClosedRange<Int64> = 30_000...30_031
    private static let cidrs = [IPPrefix("10.96.0.0/27")!, IPPrefix("fd00:96::/123")!]
    private static let writers = 8

    @Test("Are given once and never lost, whatever fails or dies", arguments: UInt64(1)...6)
    func exact(seed: UInt64) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "pointsman-allocation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "store.sqlite").path()
        var rng = SplitMix64(seed: seed)
        var writers = (0..<Self.writers).map { ServiceWriter($0, ports: Self.ports, seed: seed) }
        for life in 0..<5 {
            // The last one does not die under way.
            let appends = life == 4 ? Int.max : Int.random(in: 5...80, using: &rng)
            let log = try CrashingLog(
                path: path, appends: appends, makesLast: Bool.random(using: &rng))
            let store = try await Self.store(log)
            try await check(store, &writers, "after the start of life \(life)")
            writers = await withTaskGroup(of: ServiceWriter.self) { group in
                for writer in writers {
                    group.addTask {
                        var writer = writer
                        await writer.run(store, 40)
                        return writer
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            if !log.isDead { try await check(store, &writers, "at the end of life \(life)") }
            await log.crash()
        }
        let store = try await Self.store(
            try CrashingLog(path: path, appends: .max, makesLast: true))
        try await check(store, &writers, "at the end")
    }

    private static func store(_ log: CrashingLog) async throws -> ObjectStore {
        var configuration = APIServer.Configuration(
            listen: [], tls: .init(certificateChain: [], privateKey: [], clientCA: []),
            serviceCIDRs: cidrs, podCIDRs: [IPPrefix("10.244.0.0/24")!])
        configuration.nodePortRange = UInt16(ports.lowerBound)...UInt16(ports.upperBound)
        let store = ObjectStore(
            log: log, configuration: configuration, logger: TestServer.silent)
        _ = try? await store.create(
            .namespaces, namespace: "", ["metadata": ["name": "default"]], WriteOptions())
        return store
    }

    /// Holds the writers' knowledge and the pools against what is stored. The pools are asked by dry runs.
    private func check(
        _ store: ObjectStore, _ writers: inout [ServiceWriter], _ when: Comment
    ) async throws {
        var stored: [String: Set<String>] = [:]
        var holders: [String: String] = [:]
        let page = try await store.list(.services, ListRequest(selection: Selection()))
        for item in page.items {
            let service = Service(json: try item.json())
            let name = service.metadata.name
            stored[name] = ServiceWriter.holdings(service)
            for value in stored[name] ?? [] {
                let other = holders.updateValue(name, forKey: value)
                #expect(other == nil, "\(value) is held by \(name) too, \(when)")
            }
        }
        for index in writers.indices { writers[index].check(against: stored, when) }
        for offset in 1..<UInt64(31) {
            let address = try #require(Self.cidrs[0].network.advanced(by: offset)).description
            let isFree = await gives(
                store, ["clusterIP": .string(address), "ports": [["port": 80]]])
            #expect(isFree == (holders[address] == nil), "\(address) \(when)")
        }
        for port in Self.ports {
            let isFree = await gives(
                store,
                [
                    "type": "NodePort", "clusterIP": .string(Self.free(holders)),
                    "ports": [["port": 80, "nodePort": .integer(port)]],
                ])
            #expect(isFree == (holders["port \(port)"] == nil), "port \(port) \(when)")
        }
    }

    /// An address that nobody holds, so that a port can be asked for.
    private static func free(_ holders: [String: String]) -> String {
        (1..<UInt64(31)).compactMap { cidrs[0].network.advanced(by: $0)?.description }
            .first { holders[$0] == nil } ?? ""
    }

    private func gives(_ store: ObjectStore, _ spec: JSON) async -> Bool {
        let probe: JSON = ["metadata": ["name": "probe", "namespace": "default"], "spec": spec]
        var options = WriteOptions()
        options.dryRun = true
        return (try? await store.create(.services, namespace: "default", probe, options)) != nil
    }
}

extension ServiceWriter {
    /// What was acknowledged is stored, with the addresses and ports that the answer had; what was in doubt is known
    /// afterwards.
    mutating func check(against stored: [String: Set<String>], _ when: Comment) {
        for (name, known) in known {
            let now = stored[name].map(Known.present) ?? .absent
            #expect(known == .unsure || known == now, "\(name) \(when)")
            settle(name, now)
        }
    }
}
