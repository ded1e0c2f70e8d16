import Linux

/// Opens paced new connections by one route until the phase is over; then waits for those under way. For one thread.
final class Caller {
    let route: Route
    let history: EndpointHistory
    let findings: Findings
    private let epoll: Epoll
    private var calls: [UInt64: Call] = [:]
    private var nextToken: UInt64 = 0
    private var nextExpiry: UInt64 = 0
    /// Who answered last; with affinity only one call is under way.
    private var previous: (backend: Int, begun: UInt64)?

    /// A connection that has no answer by then has failed, however busy the machine is.
    private static let patience: UInt64 = 30_000_000_000
    private static let second: UInt64 = 1_000_000_000

    init(_ route: Route, _ history: EndpointHistory, _ findings: Findings) throws(SystemError) {
        self.route = route
        self.history = history
        self.findings = findings
        epoll = try Epoll()
    }

    private var mostUnderWay: Int { route.service.hasAffinity ? 1 : 4000 }

    func run(_ phase: Phase) throws(SystemError) {
        let interval = Self.second / UInt64(route.rate)
        var events = Epoll.EventBuffer()
        var due = MonotonicTime.nanoseconds
        while !phase.isOver || !calls.isEmpty {
            let now = MonotonicTime.nanoseconds
            // What a busy machine has not begun in time is caught up with, but not for ever.
            due = max(due, now - min(now, Self.second / 2))
            while !phase.isOver, due <= now, calls.count < mostUnderWay {
                begin()
                due += interval
            }
            let wait = due > now ? min((due - now) / 1_000_000, 50) : 1
            for index in 0..<(try epoll.wait(&events, milliseconds: Int32(wait))) {
                advance(events[index].token)
            }
            expire()
        }
    }

    private func begin() {
        do throws(SystemError) {
            calls[nextToken] = try Call(
                to: route.destination, from: route.source(of: nextToken), epoll, token: nextToken)
            nextToken += 1
        } catch {
            findings.failed(route.name, "\(error)")
        }
    }

    private func advance(_ token: UInt64) {
        guard let call = calls[token] else { return }
        switch call.advance() {
        case .underWay: return
        case .answered(let backend): answered(call, backend)
        case .failed(let why): findings.failed(route.name, why)
        }
        calls[token] = nil
    }

    private func answered(_ call: Call, _ backend: Int) {
        let now = MonotonicTime.nanoseconds
        findings.connected(route.name, nanoseconds: now - call.begun)
        if !history.allows(backend, from: call.begun, to: now) {
            let absence = history.absence(of: backend, at: call.begun).map { "\($0 / 1_000_000)" }
            let source = call.source.map { "\($0)" } ?? "?"
            findings.misled(
                route.name,
                "backend \(backend) was no endpoint for \(absence ?? "?") ms, asked from \(source)")
        }
        guard route.service.hasAffinity else { return }
        if let previous, previous.backend != backend,
            history.keeps(previous.backend, from: previous.begun, to: now)
        {
            findings.misled(
                route.name, "moved from backend \(previous.backend) to \(backend) without need")
        }
        previous = (backend, call.begun)
    }

    private func expire() {
        let now = MonotonicTime.nanoseconds
        guard now >= nextExpiry else { return }
        nextExpiry = now + Self.second / 4
        for (token, call) in calls where now > call.begun + Self.patience {
            findings.failed(route.name, "waited 30 s for \(call.waitsFor)")
            calls[token] = nil
        }
    }
}
