extension DNS {
    /// A query or a response.
    package struct Message: Hashable, Sendable {
        package var id: UInt16
        package var isResponse = false
        package var opcode = Opcode.query
        package var isAuthoritative = false
        package var isTruncated = false
        package var recursionDesired = false
        package var recursionAvailable = false
        /// AD and CD (RFC 4035 3.2).
        package var isAuthentic = false
        package var checkingDisabled = false
        package var responseCode = ResponseCode.noError
        package var questions: [Question] = []
        package var answers: [Record] = []
        package var authority: [Record] = []
        /// Without the OPT record.
        package var additional: [Record] = []
        /// The OPT record.
        package var edns: EDNS?

        package init(id: UInt16) { self.id = id }

        /// A query of one question, with recursion desired.
        package init(id: UInt16, asking question: Question, edns: EDNS? = nil) {
            self.id = id
            self.edns = edns
            recursionDesired = true
            questions = [question]
        }
    }
}

/// The bits of a header's second word.
enum DNSHeaderFlag {
    static let response: UInt16 = 0x8000
    static let authoritative: UInt16 = 0x0400
    static let truncated: UInt16 = 0x0200
    static let recursionDesired: UInt16 = 0x0100
    static let recursionAvailable: UInt16 = 0x0080
    static let authentic: UInt16 = 0x0020
    static let checkingDisabled: UInt16 = 0x0010
}

extension DNS.Message {
    /// The header alone, of bytes that may be no message behind it: what a FORMERR answer needs. nil if there are fewer
    /// than 12 bytes.
    package init?(headerOf bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard bytes.count >= DNS.headerLength, let id = try? reader.readBig(UInt16.self),
            let flags = try? reader.readBig(UInt16.self)
        else { return nil }
        self.init(id: id, flags: flags)
    }

    init(id: UInt16, flags: UInt16) {
        self.init(id: id)
        isResponse = flags & DNSHeaderFlag.response != 0
        opcode = DNS.Opcode(rawValue: UInt8(flags >> 11 & 0xF))
        isAuthoritative = flags & DNSHeaderFlag.authoritative != 0
        isTruncated = flags & DNSHeaderFlag.truncated != 0
        recursionDesired = flags & DNSHeaderFlag.recursionDesired != 0
        recursionAvailable = flags & DNSHeaderFlag.recursionAvailable != 0
        isAuthentic = flags & DNSHeaderFlag.authentic != 0
        checkingDisabled = flags & DNSHeaderFlag.checkingDisabled != 0
        responseCode = DNS.ResponseCode(rawValue: flags & 0xF)
    }

    var flags: UInt16 {
        var flags = UInt16(opcode.rawValue) << 11 | responseCode.rawValue & 0xF
        if isResponse { flags |= DNSHeaderFlag.response }
        if isAuthoritative { flags |= DNSHeaderFlag.authoritative }
        if isTruncated { flags |= DNSHeaderFlag.truncated }
        if recursionDesired { flags |= DNSHeaderFlag.recursionDesired }
        if recursionAvailable { flags |= DNSHeaderFlag.recursionAvailable }
        if isAuthentic { flags |= DNSHeaderFlag.authentic }
        if checkingDisabled { flags |= DNSHeaderFlag.checkingDisabled }
        return flags
    }
}
