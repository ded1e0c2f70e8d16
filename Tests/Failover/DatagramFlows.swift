import Addresses
import Linux
import Synchronization

/// Flows of UDP that go on for the whole run. A datagram may be lost when endpoints change; after the last change every
/// flow, old or new, must reach current endpoints only.
final class DatagramFlows: Sendable {
    private static let count = 8
    private static let fresh = 50
    private static let pause: Int32 = 100

    private let findings: Findings
    /// Who answered each flow last.
    private let answers = Mutex([Int?](repeating: nil, count: count))
    /// The endpoints after the last change.
    private let last = Mutex<Set<Int>?>(nil)

    init(_ findings: Findings) { self.findings = findings }

    /// Who answers the flows at present.
    var backends: Set<Int> { Set(answers.withLock { $0.compactMap(\.self) }) }

    /// The last change was made, and the time is over that it may take.
    func judge(by backends: Set<Int>) { last.withLock { $0 = backends } }

    /// Keeps the flows going, in the namespace of the calling thread, until the last change; then judges.
    func run() throws(SystemError) {
        var flows: [DatagramFlow] = []
        for _ in 0..<Self.count { flows.append(try DatagramFlow(to: Cluster.Service.spread.udp)) }
        while true {
            let last = last.withLock { $0 }
            for (index, flow) in flows.enumerated() {
                let backend = try flow.ask(milliseconds: 20)
                if let backend { answers.withLock { $0[index] = backend } }
            }
            if let last { return try judge(flows, last) }
            try idle(milliseconds: Self.pause)
        }
    }

    private func judge(_ old: [DatagramFlow], _ endpoints: Set<Int>) throws(SystemError) {
        for flow in old { try check(flow, "old UDP flow", endpoints) }
        for _ in 0..<Self.fresh {
            let flow = try DatagramFlow(to: Cluster.Service.spread.udp)
            try check(flow, "fresh UDP flow", endpoints)
        }
        findings.followed(flows: old.count + Self.fresh)
    }

    /// Nothing changes any more: of several questions the kernel loses none.
    private func check(
        _ flow: DatagramFlow, _ name: String, _ endpoints: Set<Int>
    ) throws(SystemError) {
        for _ in 0..<3 {
            guard let backend = try flow.ask(milliseconds: 5000) else {
                findings.misled(name, "no answer")
                continue
            }
            if !endpoints.contains(backend) {
                findings.misled(name, "backend \(backend) is no endpoint of \(endpoints.sorted())")
            }
        }
    }
}
