import Addresses
import Wire

/// Asks the upstream resolvers: which one next, when to give up, what to believe. A state machine: methods take the
/// time and random ids, and return what the shell has to do.
///
/// Questions that are under way already are not asked again: all who ask wait for the one answer. So a loop (an
/// upstream that asks us) ends in a time-out and not in a storm.
struct Forwarder<Waiter> {
    enum Transport: Hashable, Sendable {
        case udp
        case tcp
    }

    /// One question to one upstream, to be sent from a socket of its own.
    struct Attempt: Equatable, Sendable {
        let lookup: UInt64
        let upstream: IPSocketAddress
        let transport: Transport
        let query: [UInt8]
    }

    enum Action {
        /// Nothing to do: an attempt is under way.
        case wait
        /// Send this; forget any older attempt of the same lookup.
        case ask(Attempt)
        /// The lookup is over; nil: no upstream has answered.
        case finish([Waiter], DNS.Message?)
    }

    private struct Lookup {
        let key: UpstreamQuestion
        var waiters: [Waiter]
        let upstreams: [IPSocketAddress]
        var attempt = 0
        var transport = Transport.udp
        var id: UInt16
        /// The last answer that was an error, for when there is no better one.
        var worse: DNS.Message?

        var upstream: IPSocketAddress { upstreams[attempt % upstreams.count] }
    }

    private let upstreams: Upstreams
    /// Who answered last is asked first.
    private var preferred = 0
    private var lookups: [UInt64: Lookup] = [:]
    private var byKey: [UpstreamQuestion: UInt64] = [:]
    private var nextLookup: UInt64 = 0
    private(set) var cache: AnswerCache

    private let mostLookups = 4096
    private let mostWaiters = 1024

    init(_ upstreams: Upstreams, cache: AnswerCache = AnswerCache()) {
        self.upstreams = upstreams
        self.cache = cache
    }

    var timeout: Duration { upstreams.timeout }

    /// Begins to resolve, or joins those who wait for the same. `excluded` upstreams lead back to ourselves.
    mutating func resolve(
        _ key: UpstreamQuestion, for waiter: Waiter, excluding excluded: Set<IPSocketAddress>,
        now: UInt64, id: UInt16
    ) -> Action {
        if let answer = cache.answer(to: key, now: now) { return .finish([waiter], answer) }
        if let running = byKey[key] {
            guard lookups[running]!.waiters.count < mostWaiters else {
                return .finish([waiter], nil)
            }
            lookups[running]!.waiters.append(waiter)
            return .wait
        }
        let all = upstreams.addresses
        let order = all[min(preferred, all.count)...] + all[..<min(preferred, all.count)]
        let usable = order.filter { !excluded.contains($0) }
        guard !usable.isEmpty, lookups.count < mostLookups else { return .finish([waiter], nil) }
        nextLookup += 1
        lookups[nextLookup] = Lookup(key: key, waiters: [waiter], upstreams: usable, id: id)
        byKey[key] = nextLookup
        return ask(nextLookup)
    }

    private func ask(_ number: UInt64) -> Action {
        let lookup = lookups[number]!
        return .ask(
            Attempt(
                lookup: number, upstream: lookup.upstream, transport: lookup.transport,
                query: lookup.key.query(id: lookup.id).encoded()))
    }

    /// Takes what the upstream of the current attempt sent. Bytes that do not answer our question change nothing.
    mutating func receive(
        _ bytes: [UInt8], for number: UInt64, now: UInt64, id: UInt16
    ) -> Action {
        guard let lookup = lookups[number], let message = try? DNS.Message(parsing: bytes),
            lookup.key.isAnswered(by: message, id: lookup.id)
        else { return .wait }
        if message.isTruncated, lookup.transport == .udp {
            lookups[number]!.transport = .tcp
            lookups[number]!.id = id
            return ask(number)
        }
        guard message.responseCode == .noError || message.responseCode == .nxdomain else {
            lookups[number]!.worse = message
            return fail(number, id: id)
        }
        preferred = upstreams.addresses.firstIndex(of: lookup.upstream) ?? 0
        cache.store(message, for: lookup.key, now: now)
        return finish(number, message)
    }

    /// The current attempt came to nothing: no answer in time, or the upstream cannot be reached.
    mutating func fail(_ number: UInt64, id: UInt16) -> Action {
        guard var lookup = lookups[number] else { return .wait }
        lookup.attempt += 1
        lookup.transport = .udp
        lookup.id = id
        lookups[number] = lookup
        guard lookup.attempt < lookup.upstreams.count * upstreams.attempts else {
            return finish(number, lookup.worse)
        }
        return ask(number)
    }

    private mutating func finish(_ number: UInt64, _ message: DNS.Message?) -> Action {
        guard let lookup = lookups.removeValue(forKey: number) else { return .wait }
        byKey[lookup.key] = nil
        return .finish(lookup.waiters, message)
    }
}
