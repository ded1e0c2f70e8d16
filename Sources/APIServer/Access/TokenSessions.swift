import KubeAPI
import Synchronization

/// The answers that go on by virtue of tokens, such as watches: each ends when its token does.
final class TokenSessions: Sendable {
    private struct Session {
        let token: TokenReference
        let end: @Sendable () -> Void
    }

    private struct State {
        var last: UInt64 = 0
        var sessions: [UInt64: Session] = [:]
    }

    private let tokens: TokenAuthenticator
    private let state = Mutex(State())

    init(_ tokens: TokenAuthenticator) { self.tokens = tokens }

    /// Runs `body`, and meanwhile `end` when the token of the identity has ended.
    func hold(
        _ identity: Identity, end: @escaping @Sendable () -> Void,
        while body: () async throws -> Void
    ) async throws {
        guard let token = identity.token else { return try await body() }
        let id = state.withLock { state in
            state.last += 1
            state.sessions[state.last] = Session(token: token, end: end)
            return state.last
        }
        defer { state.withLock { $0.sessions[id] = nil } }
        // It may have been revoked before it was held.
        if await !tokens.isValid(token) { end() }
        try await body()
    }

    /// Works until the task is cancelled: ends the sessions of tokens that are revoked, and each second those of tokens
    /// that have expired.
    func run() async throws(Status) {
        let store = tokens.store
        let page = try await store.list(.tokens, ListRequest(selection: Selection()))
        let watch = try await store.watch(
            .tokens, WatchRequest(selection: Selection(), start: .after(page.revision)))
        // Some may have been revoked while nobody watched.
        await endInvalid()
        let clock = Task {
            while (try? await Task.sleep(for: .seconds(1))) != nil { endExpired() }
        }
        defer { clock.cancel() }
        while let events = try await watch.next() {
            if events.contains(where: Self.mayEnd) { await endInvalid() }
        }
    }

    private static func mayEnd(_ event: ObjectEvent) -> Bool {
        switch event {
        case .change(.deleted, _), .change(.modified, _): true
        case .change(.added, _), .initial, .bookmark: false
        }
    }

    private func endInvalid() async {
        for session in state.withLock({ Array($0.sessions.values) }) {
            if await !tokens.isValid(session.token) { session.end() }
        }
    }

    private func endExpired() {
        let now = tokens.store.configuration.now()
        for session in state.withLock({ Array($0.sessions.values) }) {
            if let end = session.token.expiration, end <= now { session.end() }
        }
    }
}
