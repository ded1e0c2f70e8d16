import KubeAPI

/// Reads the tag-length-value elements of DER (X.690), as far as a certificate's subject needs it.
struct DERReader {
    struct Element {
        var tag: UInt8
        var content: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next element; nil at the end and for what is not DER.
    mutating func next() -> Element? {
        guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let length = readLength(),
            length <= rest.count
        else { return nil }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return Element(tag: tag, content: content)
    }

    private mutating func readLength() -> Int? {
        guard let first = rest.popFirst() else { return nil }
        if first < 0x80 { return Int(first) }
        let count = Int(first & 0x7F)
        guard (1...4).contains(count), rest.count >= count else { return nil }
        var length = 0
        for _ in 0..<count { length = length << 8 | Int(rest.removeFirst()) }
        return length
    }
}

extension UserInfo {
    private static let sequence: UInt8 = 0x30
    private static let set: UInt8 = 0x31
    private static let objectIdentifier: UInt8 = 0x06
    /// [0] EXPLICIT: the version of a certificate.
    private static let version: UInt8 = 0xA0
    private static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    private static let organization: [UInt8] = [0x55, 0x04, 0x0A]

    /// Reads the subject of an X.509 certificate (RFC 5280, section 4.1): the common name is the user, each
    /// organization a group. nil for a certificate without common name, and for other bytes.
    init?(certificate der: [UInt8]) {
        var outer = DERReader(der[...])
        guard let certificate = outer.next(), certificate.tag == Self.sequence else { return nil }
        var parts = DERReader(certificate.content)
        guard let body = parts.next(), body.tag == Self.sequence else { return nil }
        var fields = DERReader(body.content)
        guard var field = fields.next() else { return nil }
        if field.tag == Self.version {
            guard let next = fields.next() else { return nil }
            field = next
        }
        // `field` is the serial number; signature, issuer and validity come before the subject.
        for _ in 0..<3 where fields.next() == nil { return nil }
        guard let subject = fields.next(), subject.tag == Self.sequence else { return nil }
        self.init(subject: subject.content)
    }

    private init?(subject: ArraySlice<UInt8>) {
        var user: String?
        var groups: [String] = []
        var names = DERReader(subject)
        while let name = names.next() {
            guard name.tag == Self.set else { return nil }
            var attributes = DERReader(name.content)
            while let attribute = attributes.next() {
                var pair = DERReader(attribute.content)
                guard let type = pair.next(), type.tag == Self.objectIdentifier,
                    let value = pair.next()
                else { return nil }
                let text = String(validating: value.content, as: UTF8.self)
                if type.content.elementsEqual(Self.commonName) { user = text }
                if type.content.elementsEqual(Self.organization), let text { groups.append(text) }
            }
        }
        guard let user, !user.isEmpty else { return nil }
        self.init(user, groups: groups + [Self.authenticated])
    }
}
