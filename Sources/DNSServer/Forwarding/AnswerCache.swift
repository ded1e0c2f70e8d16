import Wire

/// Upstreams' answers for as long as their TTLs allow, negative ones too (RFC 2308). Bounded by the number of records;
/// what came first goes first.
struct AnswerCache {
    private struct Entry {
        let message: DNS.Message
        let stored: UInt64
        let expires: UInt64
        /// Tells an entry from an older one of the same key.
        let generation: UInt64

        var cost: Int { 1 + message.answers.count + message.authority.count }
    }

    /// Whatever a TTL says, in seconds: an answer is asked anew after an hour, a negative one after five minutes.
    private static let longest: UInt32 = 3600
    private static let longestNegative: UInt32 = 300
    private static let second: UInt64 = 1_000_000_000

    private let capacity: Int
    private var entries: [UpstreamQuestion: Entry] = [:]
    private var order: [(key: UpstreamQuestion, generation: UInt64)] = []
    /// Where the oldest entry stands in `order`.
    private var oldest = 0
    private var generation: UInt64 = 0
    private(set) var cost = 0

    /// `capacity` counts records, and one more for each answer.
    init(capacity: Int = 50_000) { self.capacity = capacity }

    /// The answer, its TTLs less by the time it has been here. `now` in nanoseconds.
    func answer(to key: UpstreamQuestion, now: UInt64) -> DNS.Message? {
        guard let entry = entries[key], now < entry.expires else { return nil }
        let age = UInt32(clamping: (now - entry.stored) / Self.second)
        var message = entry.message
        for index in message.answers.indices { message.answers[index].ttl -= age }
        for index in message.authority.indices {
            message.authority[index].ttl -= min(age, message.authority[index].ttl)
        }
        return message
    }

    mutating func store(_ message: DNS.Message, for key: UpstreamQuestion, now: UInt64) {
        guard let seconds = Self.lifetime(of: message), seconds > 0 else { return }
        var kept = message
        kept.additional = []
        generation += 1
        let entry = Entry(
            message: kept, stored: now, expires: now + UInt64(seconds) * Self.second,
            generation: generation)
        guard entry.cost <= capacity / 8 else { return }
        cost += entry.cost - (entries.updateValue(entry, forKey: key)?.cost ?? 0)
        order.append((key, generation))
        while cost > capacity || order.count - oldest > capacity { removeOldest() }
    }

    /// Seconds that an answer may be kept; nil where it may not.
    private static func lifetime(of message: DNS.Message) -> UInt32? {
        guard message.responseCode == .noError || message.responseCode == .nxdomain,
            !message.isTruncated
        else { return nil }
        var lifetimes = message.answers.map { min($0.ttl, longest) }
        for record in message.authority {
            guard case .soa(let soa) = record.data else { continue }
            lifetimes.append(min(record.ttl, soa.minimum, longestNegative))
        }
        let isNegative = message.answers.isEmpty || message.responseCode == .nxdomain
        let hasSOA = message.authority.contains { $0.type == .soa }
        return isNegative && !hasSOA ? nil : lifetimes.min()
    }

    private mutating func removeOldest() {
        let (key, generation) = order[oldest]
        oldest += 1
        if let entry = entries[key], entry.generation == generation {
            entries[key] = nil
            cost -= entry.cost
        }
        if oldest > 1024, oldest * 2 > order.count {
            order.removeSubrange(..<oldest)
            oldest = 0
        }
    }
}
