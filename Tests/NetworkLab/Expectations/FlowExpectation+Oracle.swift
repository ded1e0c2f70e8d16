package import LoadBalancing

extension FlowExpectation {
    /// What the `Oracle` says of a packet.
    package init(_ packet: Packet, _ oracle: Oracle) {
        let verdict: Verdict =
            switch oracle.decide(packet) {
            case .dnat(let forwarding):
                .dnat(
                    Set(forwarding.backends.map(\.socketAddress)),
                    isMasqueraded: forwarding.isMasqueraded,
                    Spread(forwarding, oracle.table.servicePorts[forwarding.servicePort]))
            case .reject: .reject
            case .drop: .drop
            case .pass: .pass
            }
        self.init(verdict, from: packet.source)
    }
}

extension FlowExpectation.Spread {
    /// Of connections of one client.
    fileprivate init(_ forwarding: Decision.Forwarding, _ servicePort: ServicePortState?) {
        if servicePort?.affinityTimeout != nil {
            self = .one
            return
        }
        switch servicePort?.scheduler ?? .random {
        case .maglev: self = .one
        case .leastConnections: self = .any
        case .random, .roundRobin:
            let weights = forwarding.backends.map { Double($0.weight) }
            self = .every(leastShare: (weights.min() ?? 1) / weights.reduce(0, +))
        }
    }
}

extension FlowLab {
    /// Sends each packet as often as it takes to see what the `Oracle` says of it, and tells every difference.
    package func differences(
        from oracle: Oracle, on packets: [Packet]
    ) async throws -> [String] {
        var differences: [String] = []
        for packet in packets {
            let expectation = FlowExpectation(packet, oracle)
            let outcomes = try await outcomes(of: packet, times: expectation.trials)
            if let fault = expectation.fault(in: outcomes) {
                differences.append("\(packet): \(fault)")
            }
        }
        return differences
    }
}
