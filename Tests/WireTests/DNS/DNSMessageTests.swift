import Addresses
import Testing

@testable import Wire

@Suite("DNS messages")
struct DNSMessageTests {
    static func name(_ text: String) -> DNS.Name { DNS.Name(text)! }

    static var full: DNS.Message {
        var message = DNS.Message(id: 0xBEEF, asking: DNS.Question(name("wWw.x.org"), .any))
        message.isResponse = true
        message.isAuthoritative = true
        message.recursionAvailable = true
        message.checkingDisabled = true
        message.responseCode = .badVersion
        message.edns = DNS.EDNS(
            payload: 1232, version: 1, wantsDNSSEC: true, options: [0, 10, 0, 0])
        message.answers = [
            DNS.Record(name("www.x.org"), ttl: 5, .cname(name("y.x.org"))),
            DNS.Record(name("y.x.org"), ttl: 5, .address(IPAddress("192.0.2.1")!)),
            DNS.Record(name("y.x.org"), ttl: 5, .address(IPAddress("2001:db8::1")!)),
            DNS.Record(name("y.x.org"), ttl: 5, .txt([Array("1.1.0".utf8), []])),
            DNS.Record(name("1.in-addr.arpa"), ttl: .max, .ptr(name("y.x.org"))),
            DNS.Record(
                name("_h._tcp.x.org"), ttl: 0,
                .srv(.init(priority: 1, weight: 2, port: 65535, target: name("y.x.org")))),
            DNS.Record(name("y.x.org"), ttl: 5, .opaque(.init(rawValue: 65), [1, 2, 3])),
            DNS.Record(name("y.x.org"), ttl: 5, .opaque(.mx, [0, 9] + name("m.x.org").wire)),
        ]
        message.authority = [
            DNS.Record(
                name("x.org"), ttl: 5,
                .soa(
                    .init(
                        primary: name("ns.x.org"), mailbox: name("host.x.org"), serial: 1,
                        refresh: 2, retry: 3, expire: 4, minimum: 5))),
            DNS.Record(name("x.org"), ttl: 5, .ns(name("ns.x.org")), class: .chaos),
        ]
        message.additional = [DNS.Record(.root, ttl: 1, .ns(.root))]
        return message
    }

    @Test("every kind of record survives the way to bytes and back, letters in their case")
    func roundTrip() throws {
        let bytes = Self.full.encoded()
        let read = try DNS.Message(parsing: bytes)
        #expect(read == Self.full)
        #expect(read.answers.map(\.description) == Self.full.answers.map(\.description))
        #expect(read.questions[0].name.description == "wWw.x.org.")
    }

    @Test("names are compressed, but only onto the same letters")
    func compression() throws {
        var message = DNS.Message(id: 1, asking: DNS.Question(Self.name("a.example.org"), .a))
        message.answers = [
            DNS.Record(Self.name("a.example.org"), ttl: 5, .address(IPAddress(ipv4: 1)))
        ]
        #expect(message.encoded().count == 12 + 15 + 4 + 2 + 10 + 4)
        message.answers[0].name = Self.name("A.EXAMPLE.org")
        let bytes = message.encoded()
        #expect(bytes.count == 12 + 15 + 4 + 12 + 10 + 4)
        #expect(
            try DNS.Message(parsing: bytes).answers[0].name.description == "A.EXAMPLE.org.")
    }

    @Test(
        "what does not fit is left out, and TC says so unless only additional records are missing")
    func truncation() throws {
        var message = DNS.Message(id: 1, asking: DNS.Question(Self.name("a.org"), .a))
        message.edns = DNS.EDNS(payload: 1232)
        let record = DNS.Record(Self.name("a.org"), ttl: 5, .address(IPAddress(ipv4: 1)))
        message.answers = Array(repeating: record, count: 100)
        let bytes = message.encoded(limit: 512)
        let read = try DNS.Message(parsing: bytes)
        #expect(bytes.count <= 512 && bytes.count > 512 - 16)
        #expect(read.isTruncated)
        #expect(read.edns == message.edns)
        #expect(read.answers.count == (512 - 12 - 11 - 11) / 16)
        message.additional = message.answers
        message.answers = [record]
        let partial = try DNS.Message(parsing: message.encoded(limit: 512))
        #expect(!partial.isTruncated)
        #expect(partial.answers == [record])
        #expect(partial.additional.count == read.answers.count - 1)
    }

    @Test("a message with more records than TCP can carry is truncated too")
    func huge() throws {
        var message = DNS.Message(id: 1, asking: DNS.Question(Self.name("a.org"), .srv))
        message.answers = (0..<5000).map {
            DNS.Record(
                Self.name("a.org"), ttl: 5,
                .srv(.init(priority: 0, weight: 1, port: 1, target: Self.name("h\($0).a.org"))))
        }
        let bytes = message.encoded()
        #expect(bytes.count <= 65_535)
        let read = try DNS.Message(parsing: bytes)
        #expect(read.isTruncated)
        #expect(read.answers[...] == message.answers.prefix(read.answers.count))
    }

    @Test(
        "the names in opaque data are written out, since pointers mean nothing in another message")
    func opaqueNames() throws {
        // MX: preference 9, "m" + pointer to the question's name at 12.
        var message = DNS.Message(id: 1, asking: DNS.Question(Self.name("x.org"), .mx))
        message.answers = [DNS.Record(Self.name("x.org"), ttl: 1, .opaque(.mx, [0, 9]))]
        var bytes = message.encoded()
        bytes.removeLast(4)
        bytes += [0, 6, 0, 9, 1, 0x6D, 0xC0, 12]
        let read = try DNS.Message(parsing: bytes)
        #expect(read.answers[0].data == .opaque(.mx, [0, 9] + Self.name("m.x.org").wire))
    }

    @Test(
        "data of the wrong length is an error",
        arguments: [
            (DNS.RecordType.a, 3), (.a, 5), (.aaaa, 4), (.srv, 6), (.soa, 19), (.cname, 0),
            (.txt, 2), (.mx, 1),
        ])
    func wrongLength(_ type: DNS.RecordType, _ length: Int) {
        var message = DNS.Message(id: 1)
        let bytes = [UInt8](repeating: 9, count: length)
        message.answers = [DNS.Record(.root, ttl: 1, .opaque(type, bytes))]
        #expect(throws: DNS.ParseError.self) { try DNS.Message(parsing: message.encoded()) }
    }

    @Test("a second OPT record, or one with an owner, is an error")
    func options() {
        var message = DNS.Message(id: 1)
        message.edns = DNS.EDNS(payload: 512)
        message.additional = [DNS.Record(.root, ttl: 0, .opaque(.opt, []))]
        #expect(throws: DNS.ParseError.self) { try DNS.Message(parsing: message.encoded()) }
        message.edns = nil
        message.additional = [DNS.Record(Self.name("x"), ttl: 0, .opaque(.opt, []))]
        #expect(throws: DNS.ParseError.self) { try DNS.Message(parsing: message.encoded()) }
    }

    @Test("a header is read without the rest")
    func header() throws {
        #expect(DNS.Message(headerOf: Array(repeating: 0, count: 11)) == nil)
        let header = try #require(DNS.Message(headerOf: Self.full.encoded()))
        #expect(header.id == 0xBEEF && header.isResponse && header.isAuthoritative)
    }
}
