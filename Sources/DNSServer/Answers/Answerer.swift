package import LoadBalancing
package import Wire

/// Decides what a query gets: an answer from the zone, a question for the upstream resolvers, or an error.
///
/// Pure: no descriptor, no clock. `finish` completes what had to ask an upstream.
package struct Answerer: Sendable {
    package struct Options: Sendable {
        /// Whether there are upstream resolvers. Without, names of other zones are REFUSED: SERVFAIL would make clients
        /// try again, and nothing will change.
        package var hasUpstreams: Bool
        /// The longest UDP answer, whatever the client says it takes: what passes everywhere without fragments.
        package var maximumPayload: UInt16 = 1232

        package init(hasUpstreams: Bool) { self.hasUpstreams = hasUpstreams }
    }

    package enum Outcome: Sendable {
        /// Not to be answered: a response, or no message at all.
        case ignore
        /// `datagramLimit`: how many bytes it may have over UDP.
        case reply(DNS.Message, datagramLimit: Int)
        /// Ask `pending.question` upstream, then `finish`.
        case ask(Pending)
    }

    /// A query that waits for an upstream.
    package struct Pending: Sendable {
        package let query: DNS.Message
        /// What is to be asked: the query's own question, or the target of its aliases.
        package let question: DNS.Question
        /// CNAME records of the zone that led to `question`.
        let aliases: [DNS.Record]
    }

    /// More aliases than this in a row are taken for a loop.
    private static let mostAliases = 8

    package let options: Options

    package init(options: Options) { self.options = options }

    /// Answers a query as it came from the network. Names of the zone are SERVFAIL until it `isSynced` with the cluster.
    /// `rotation` says which of several addresses comes first, so that clients that take the first one spread.
    package func answer(
        _ bytes: [UInt8], zone: borrowing DNSZone, isSynced: Bool, rotation: Int = 0
    ) -> Outcome {
        guard let header = DNS.Message(headerOf: bytes), !header.isResponse else { return .ignore }
        guard header.opcode == .query else {
            return self.reply(error(header, .notImplemented), to: header)
        }
        guard let query = try? DNS.Message(parsing: bytes) else {
            return self.reply(error(header, .formatError), to: header)
        }
        return answer(query, zone: zone, isSynced: isSynced, rotation: rotation)
    }

    /// Answers a query that has been read.
    package func answer(
        _ query: DNS.Message, zone: borrowing DNSZone, isSynced: Bool, rotation: Int = 0
    ) -> Outcome {
        guard !query.isResponse else { return .ignore }
        guard query.opcode == .query else {
            return self.reply(error(query, .notImplemented), to: query)
        }
        if let edns = query.edns, edns.version != 0 {
            return self.reply(error(query, .badVersion), to: query)
        }
        guard query.questions.count == 1, let question = query.questions.first else {
            return self.reply(error(query, .formatError), to: query)
        }
        guard question.class == .internet, question.type != .axfr, question.type != .ixfr,
            question.type != .opt
        else { return self.reply(error(query, .refused), to: query) }
        guard isSynced else {
            let isOurs =
                question.name.isWithin(zone.options.domain) || ReverseName(question.name) != nil
            return isOurs
                ? self.reply(error(query, .serverFailure), to: query)
                : askUpstream(query, question, [])
        }
        return answer(query, question, zone, rotation)
    }

    private func answer(
        _ query: DNS.Message, _ first: DNS.Question, _ zone: borrowing DNSZone, _ rotation: Int
    ) -> Outcome {
        var reply = response(to: query)
        var aliases: [DNS.Record] = []
        var question = first
        while aliases.count <= Self.mostAliases {
            reply.isAuthoritative = true
            switch zone.answer(question) {
            case .notAuthoritative: return askUpstream(query, question, aliases)
            case .nxdomain(let authority):
                reply.responseCode = .nxdomain
                reply.authority = [authority]
            case .nodata(let authority): reply.authority = [authority]
            case .records(let records, let additional):
                reply.answers = Self.rotated(records, by: rotation)
                reply.additional = additional
            case .alias(let alias, let target):
                aliases.append(alias)
                question.name = target
                continue
            }
            reply.answers = aliases + reply.answers
            return self.reply(reply, to: query)
        }
        return self.reply(error(query, .serverFailure), to: query)
    }

    /// Addresses in turn; records of other types have weights of their own.
    private static func rotated(_ records: [DNS.Record], by rotation: Int) -> [DNS.Record] {
        guard records.count > 1, let type = records.first?.type, type == .a || type == .aaaa
        else { return records }
        let cut = Int(UInt(bitPattern: rotation) % UInt(records.count))
        return Array(records[cut...] + records[..<cut])
    }

    private func askUpstream(
        _ query: DNS.Message, _ question: DNS.Question, _ aliases: [DNS.Record]
    ) -> Outcome {
        if options.hasUpstreams, query.recursionDesired {
            return .ask(Pending(query: query, question: question, aliases: aliases))
        }
        // An alias that leads out of the zone is an answer; where it leads to is the client's to ask.
        guard !aliases.isEmpty else { return self.reply(error(query, .refused), to: query) }
        var reply = response(to: query)
        reply.isAuthoritative = true
        reply.answers = aliases
        return self.reply(reply, to: query)
    }

    /// Completes a query with what an upstream said; nil: none answered.
    package func finish(_ pending: Pending, with upstream: DNS.Message?) -> DNS.Message {
        var reply = response(to: pending.query)
        reply.isAuthoritative = !pending.aliases.isEmpty
        reply.answers = pending.aliases
        guard let upstream else {
            reply.responseCode = .serverFailure
            return reply
        }
        reply.responseCode = DNS.ResponseCode(rawValue: upstream.responseCode.rawValue & 0xF)
        reply.answers += upstream.answers
        reply.authority = upstream.authority
        reply.additional = upstream.additional
        return reply
    }

    private func reply(_ message: DNS.Message, to query: DNS.Message) -> Outcome {
        .reply(message, datagramLimit: datagramLimit(for: query))
    }

    /// How long an answer to this query may be over UDP.
    package func datagramLimit(for query: DNS.Message) -> Int {
        guard let edns = query.edns else { return DNS.minimumPayload }
        return max(DNS.minimumPayload, Int(min(edns.payload, options.maximumPayload)))
    }

    /// An empty response that belongs to the query.
    private func response(to query: DNS.Message) -> DNS.Message {
        var reply = DNS.Message(id: query.id)
        reply.isResponse = true
        reply.opcode = query.opcode
        reply.recursionDesired = query.recursionDesired
        reply.recursionAvailable = options.hasUpstreams
        reply.checkingDisabled = query.checkingDisabled
        reply.questions = query.questions
        reply.edns = query.edns.map {
            DNS.EDNS(payload: options.maximumPayload, wantsDNSSEC: $0.wantsDNSSEC)
        }
        return reply
    }

    private func error(_ query: DNS.Message, _ code: DNS.ResponseCode) -> DNS.Message {
        var reply = response(to: query)
        reply.responseCode = code
        return reply
    }
}
