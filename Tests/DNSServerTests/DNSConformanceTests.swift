import Addresses
import DNSServer
import KubeAPI
import LoadBalancing
import TestSupport
import Testing
import Wire

/// The cases of Tests/Conformance/dns.yaml, all of them, through zone and Answerer.
@Suite("Kubernetes' DNS, case by case")
struct DNSConformanceTests {
    static let cases = ConformanceCase.load("dns.yaml")

    @Test("there are as many cases as there should be")
    func count() { #expect(Self.cases.count == 85) }

    @Test("the answer is that of CoreDNS and the specification", arguments: cases)
    func matches(_ example: ConformanceCase) throws {
        let query = try Self.query(example)
        let upstream = example.inputs["config"]?["upstream"]?.array?.compactMap(\.string)
        let answerer = Answerer(options: Answerer.Options(hasUpstreams: upstream != nil))
        let reply: DNS.Message
        switch answerer.answer(query, zone: try Self.zone(example), isSynced: true) {
        case .ignore: throw Mismatch.ignored
        case .reply(let message, _): reply = message
        case .ask(let pending):
            var message = DNS.Message(id: 1, asking: pending.question)
            message.answers = try (upstream ?? []).map(Self.record)
            reply = answerer.finish(pending, with: message)
        }
        // As a client reads it.
        let seen = try DNS.Message(parsing: reply.encoded())
        #expect(DNSExpectation(example.expect).differences(of: seen) == [])
    }

    enum Mismatch: Error {
        case ignored
        case badCase(String)
    }

    private static func query(_ example: ConformanceCase) throws -> DNS.Message {
        let query = try #require(example.inputs["query"])
        let name = try #require(query["name"]?.string.flatMap { DNS.Name($0) })
        let type = try #require(query["type"]?.string.flatMap { DNS.RecordType($0) })
        return DNS.Message(id: 1, asking: DNS.Question(name, type))
    }

    /// `db.example.org. 5 IN A 198.51.100.5`.
    private static func record(_ text: String) throws -> DNS.Record {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 5, let name = DNS.Name(words[0]), let ttl = UInt32(words[1]),
            let address = IPAddress(words[4])
        else { throw Mismatch.badCase(text) }
        return DNS.Record(name, ttl: ttl, .address(address))
    }

    private static func zone(_ example: ConformanceCase) throws -> DNSZone {
        let config = example.inputs["config"] ?? .null
        let zones = (config["zones"]?.array ?? []).compactMap { $0.string.flatMap { DNS.Name($0) } }
        var options = DNSZoneOptions(domain: try #require(zones.first))
        options.reverseZones = Array(zones.dropFirst())
        options.ttl = UInt32(try #require(config["ttl"]?.integer))
        options.podRecords = try #require(
            config["pods"]?.string.flatMap(DNSZoneOptions.PodRecords.init))
        options.serverAddresses = Set(
            (config["localIPs"]?.array ?? []).compactMap { $0.string.flatMap { IPAddress($0) } })
        options.exposedNamespaces = config["namespaces"]?.array.map {
            Set($0.compactMap(\.string))
        }
        options.ignoresEmptyServices = config["ignore_empty_service"]?.bool ?? false
        options.omitsEndpoints = config["noendpoints"]?.bool ?? false
        options.namesEndpointsByPod = config["endpoint_pod_names"]?.bool ?? false
        let known: Set = [
            "zones", "ttl", "pods", "localIPs", "namespaces", "ignore_empty_service",
            "noendpoints", "upstream", "endpoint_pod_names",
        ]
        let unknown = config.object?.map(\.key).filter { !known.contains($0) } ?? []
        #expect(unknown.isEmpty, "options that the test does not read")
        var zone = DNSZone(options: options)
        let fixture = try cluster(example.inputs["objects"]?.array ?? [], &zone.pods)
        zone.update(from: fixture.snapshot, changed: fixture.all)
        return zone
    }

    private static func cluster(
        _ objects: [JSON], _ pods: inout PodAddressTable
    ) throws -> ClusterFixture {
        var fixture = ClusterFixture()
        for object in objects {
            switch object["kind"]?.string {
            case "Namespace":
                fixture.snapshot.namespaces.insert(object["metadata"]?["name"]?.string ?? "")
            case "Service":
                let service = Service(json: object)
                fixture.snapshot.services[service.metadata.objectName] = service
            case "EndpointSlice":
                let slice = EndpointSlice(json: object)
                let name = try #require(slice.serviceName)
                fixture.snapshot.slices[name, default: [:]][slice.metadata.name] = slice
            case "Pod":
                pods.upsert(Pod(json: object))
            case let kind: throw Mismatch.badCase("kind \(kind ?? "none")")
            }
        }
        return fixture
    }
}
