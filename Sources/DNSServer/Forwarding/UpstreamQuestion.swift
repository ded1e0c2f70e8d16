import Wire

/// What makes two questions for an upstream the same.
struct UpstreamQuestion: Hashable, Sendable {
    let question: DNS.Question
    let wantsDNSSEC: Bool
    let checkingDisabled: Bool

    init(_ pending: Answerer.Pending) {
        question = pending.question
        wantsDNSSEC = pending.query.edns?.wantsDNSSEC ?? false
        checkingDisabled = pending.query.checkingDisabled
    }

    /// What we tell upstreams to send at most over UDP.
    private static let payload: UInt16 = 1232

    /// The query that is sent.
    func query(id: UInt16) -> DNS.Message {
        let edns = DNS.EDNS(payload: Self.payload, wantsDNSSEC: wantsDNSSEC)
        var query = DNS.Message(id: id, asking: question, edns: edns)
        query.checkingDisabled = checkingDisabled
        return query
    }

    /// Whether a message answers the query of this id; anything else is somebody else's, or forged.
    func isAnswered(by message: DNS.Message, id: UInt16) -> Bool {
        message.isResponse && message.id == id && message.opcode == .query
            && message.questions == [question]
    }
}
