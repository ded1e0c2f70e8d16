package import Addresses

/// What must become of connections that all begin with the same packet.
package struct FlowExpectation: Sendable, CustomStringConvertible {
    package enum Verdict: Sendable {
        /// To these backends. One that is the source itself is reached with another source address in any case: its
        /// answers would not come back this way else.
        case dnat(Set<IPSocketAddress>, isMasqueraded: Bool, Spread)
        case reject, drop, pass
    }

    /// Which of the backends connections reach.
    package enum Spread: Sendable {
        /// Every one of them; the least share that one gets.
        case every(leastShare: Double)
        /// All reach the same.
        case one
        /// Any.
        case any
    }

    package let verdict: Verdict
    package let source: IPAddress

    package init(_ verdict: Verdict, from source: IPAddress) {
        self.verdict = verdict
        self.source = source
    }

    /// How often a packet has to be sent so that every backend, and one too many that gets as large a share, is seen
    /// but once in 10⁹ times.
    package var trials: Int {
        guard case .dnat(let backends, _, .every(let leastShare)) = verdict else { return 4 }
        let count = Double(backends.count)
        let share = min(leastShare, 1 / (count + 1))
        var trials = 0
        var chance = count + 1
        while chance > 1e-9 {
            chance *= 1 - share
            trials += 1
        }
        return trials
    }

    /// What is wrong with the outcomes, in a sentence; nil if nothing is.
    package func fault(in outcomes: [FlowOutcome]) -> String? {
        var seen: [FlowOutcome: Int] = [:]
        for outcome in outcomes { seen[outcome, default: 0] += 1 }
        guard !seen.isEmpty, seen.keys.allSatisfy(isAllowed), isComplete(seen) else {
            let all = seen.map { "\($0.value) × \($0.key)" }.sorted()
            return "expected \(self); came \(all.joined(separator: ", "))"
        }
        return nil
    }

    private func isAllowed(_ outcome: FlowOutcome) -> Bool {
        switch (verdict, outcome) {
        case (.dnat(let backends, let isMasqueraded, _), .dnat(let target, let wasMasqueraded)):
            backends.contains(target)
                && wasMasqueraded == (isMasqueraded || target.address == source)
        case (.reject, .reject), (.drop, .drop), (.pass, .pass): true
        case (.dnat, _), (.reject, _), (.drop, _), (.pass, _): false
        }
    }

    private func isComplete(_ seen: [FlowOutcome: Int]) -> Bool {
        guard case .dnat(let backends, _, let spread) = verdict else { return true }
        switch spread {
        case .every: return seen.count == backends.count
        case .one: return seen.count == 1
        case .any: return true
        }
    }

    package var description: String {
        switch verdict {
        case .reject: return "reject"
        case .drop: return "drop"
        case .pass: return "pass"
        case .dnat(let backends, let isMasqueraded, let spread):
            let all = backends.sorted().map(\.description).joined(separator: ", ")
            let which =
                switch spread {
                case .every: ""
                case .one: "always one of "
                case .any: "any of "
                }
            return "dnat to \(which)\(all)\(isMasqueraded ? ", masquerade" : "")"
        }
    }
}
