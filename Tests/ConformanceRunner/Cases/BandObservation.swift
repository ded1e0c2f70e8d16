import Addresses
import KubeAPI

/// What a server gives out from a range, held against the bands of a case: unasked from the dynamic band as long as there
/// is room, then from the static band, then nothing. A range too large to be filled is tried a few times.
struct BandObservation: Sendable {
    private static let namespace = "alloc"
    /// Of addresses or ports; a larger range is not filled.
    private static let fillLimit = 300
    private static let trials = 24

    let api: Conversation

    // MARK: Addresses

    /// - Parameter taken: what the server's own Services hold.
    func addresses(
        dynamic: ClosedRange<IPAddress>, statics: ClosedRange<IPAddress>?, family: IPFamily
    ) async throws {
        try await api.ensure(namespace: Self.namespace)
        let free = (Self.count(dynamic), statics.map(Self.count) ?? 0)
        let own = try await systemAddresses().filter { $0.family == family }
        let isFilled = free.0 + free.1 <= Self.fillLimit
        let first = isFilled ? free.0 - own.count(where: dynamic.contains) : Self.trials
        for index in 0..<first { try await expect(address(index), in: dynamic) }
        guard isFilled else { return }
        if let statics {
            let rest = free.1 - own.count(where: statics.contains)
            for index in 0..<rest { try await expect(address(first + index), in: statics) }
        }
        let refused = try await create("last", ["ports": [["port": 80]]])
        guard refused.code == 500, refused.message.hasSuffix("range is full") else {
            throw Failure(at: "a full range", expected: "500 range is full", came: "\(refused)")
        }
    }

    /// Asks for addresses that must be given, and for ones that must not.
    func asked(_ texts: [String], isGiven: Bool) async throws {
        try await api.ensure(namespace: Self.namespace)
        for (index, text) in texts.enumerated() {
            let answer = try await create(
                "asked-\(index)", ["clusterIP": .string(text), "ports": [["port": 80]]])
            guard answer.isSuccess == isGiven else {
                let expected = isGiven ? "given" : "refused"
                throw Failure(at: text, expected: expected, came: "\(answer)")
            }
        }
    }

    private func systemAddresses() async throws -> [IPAddress] {
        let services = try await api.send("GET", "/api/v1/services").json["items"]?.array ?? []
        return services.flatMap { service in
            (service.value(at: "spec", "clusterIPs")?.array ?? []).compactMap {
                $0.string.flatMap { IPAddress($0) }
            }
        }
    }

    private func address(_ index: Int) async throws -> IPAddress? {
        let answer = try await create("fill-\(index)", ["ports": [["port": 80]]])
        guard answer.isSuccess else {
            throw Failure(at: "address \(index + 1)", expected: "201", came: "\(answer)")
        }
        return answer.json.value(at: "spec", "clusterIP")?.string.flatMap { IPAddress($0) }
    }

    private func expect(_ address: IPAddress?, in band: ClosedRange<IPAddress>) throws(Failure) {
        if let address, band.contains(address) { return }
        throw Failure(
            at: "an address not asked for",
            expected: "\(band.lowerBound) to \(band.upperBound)",
            came: address?.description ?? "none")
    }

    private static func count(_ band: ClosedRange<IPAddress>) -> Int {
        Int(min(band.upperBound.distance(from: band.lowerBound) ?? 0, 1 << 32)) + 1
    }

    // MARK: NodePorts

    func ports(dynamic: ClosedRange<Port>, statics: ClosedRange<Port>?) async throws {
        try await api.ensure(namespace: Self.namespace)
        let isFilled = dynamic.count + (statics?.count ?? 0) <= Self.fillLimit
        let count = isFilled ? dynamic.count : Self.trials
        try await expect(nodePorts("dynamic", count), count, in: dynamic)
        guard isFilled else { return }
        if let statics {
            try await expect(nodePorts("static", statics.count), statics.count, in: statics)
        }
        let refused = try await create("last", Self.nodePortSpec(1))
        guard refused.code == 500, refused.message.hasSuffix("range is full") else {
            throw Failure(at: "a full range", expected: "500 range is full", came: "\(refused)")
        }
    }

    /// The NodePorts of one new Service with so many ports.
    private func nodePorts(_ name: String, _ count: Int) async throws -> [Port] {
        let answer = try await create(name, Self.nodePortSpec(count))
        guard answer.isSuccess else {
            throw Failure(at: "\(count) NodePorts", expected: "201", came: "\(answer)")
        }
        return (answer.json.value(at: "spec", "ports")?.array ?? []).compactMap {
            $0["nodePort"]?.integer.flatMap { Port(exactly: $0) }
        }
    }

    private static func nodePortSpec(_ count: Int) -> JSON {
        let ports = (1...Int64(count)).map { number -> JSON in
            ["name": .string("p\(number)"), "port": .integer(number)]
        }
        return ["type": "NodePort", "ports": .array(ports)]
    }

    private func expect(
        _ ports: [Port], _ count: Int, in band: ClosedRange<Port>
    ) throws(Failure) {
        if Set(ports).count == count, ports.allSatisfy(band.contains) { return }
        throw Failure(
            at: "NodePorts not asked for",
            expected: "\(count) of \(band.lowerBound)-\(band.upperBound)", came: "\(ports.sorted())"
        )
    }

    private func create(_ name: String, _ spec: JSON) async throws -> Answer {
        try await api.send(
            "POST", "/api/v1/namespaces/\(Self.namespace)/services",
            [
                "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
                "spec": spec,
            ])
    }
}
