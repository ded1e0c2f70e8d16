import ServerProcess

/// What the server uses when all clients have gone, from round to round.
final class Growth {
    private let target: Target
    private let findings: Findings
    private var descriptors = 0
    private var memory: [Int] = []

    /// What malloc may keep of a round more than of the one before.
    private static let slack = 6 << 20

    init(target: Target, findings: Findings) {
        self.target = target
        self.findings = findings
    }

    /// Notes the descriptors before the first round, once all earlier clients are gone.
    func settle() async throws {
        try await Task.sleep(for: .seconds(2))
        descriptors = target.use?.descriptors ?? 0
    }

    /// Waits until the clients' descriptors are closed.
    func note(round: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        var open = 0
        while ContinuousClock.now < deadline {
            open = target.use?.descriptors ?? 0
            if open <= descriptors { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        if open > descriptors {
            findings.violated("\(open) descriptors after round \(round), before it \(descriptors)")
        }
        let use = target.use
        memory.append(use?.memory ?? 0)
        say(
            "round \(round): \(open) descriptors (\(descriptors) before), "
                + "\((use?.memory ?? 0) >> 10) KiB of memory, \(use?.threads ?? 0) threads")
    }

    /// The first round is left out: what is made once is made there.
    func judge() {
        guard let last = memory.last, memory.count > 2 else { return }
        if last > memory[1] + memory[1] / 8 + Self.slack {
            findings.violated("memory grows from round to round: \(memory.map { $0 >> 10 }) KiB")
        }
    }
}
