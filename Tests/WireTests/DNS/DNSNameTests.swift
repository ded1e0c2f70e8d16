import Testing

@testable import Wire

@Suite("Domain names")
struct DNSNameTests {
    @Test(
        "text is read and written",
        arguments: [
            ("www.Example.org", "www.Example.org."), ("a.b.", "a.b."), (".", "."),
            ("a\\.b.c", "a\\.b.c."), ("a\\000b", "a\\000b."), ("\\100x", "dx."), ("*.x", "*.x."),
        ])
    func text(_ text: String, _ canonical: String) throws {
        let name = try #require(DNS.Name(text))
        #expect(name.description == canonical)
        #expect(DNS.Name(canonical) == name)
    }

    @Test(
        "text that is no name is refused",
        arguments: [
            "", "..", "a..b", ".a", "a\\", "a\\25", "a\\256", String(repeating: "x", count: 64),
            Array(repeating: String(repeating: "x", count: 49), count: 6).joined(separator: "."),
        ])
    func badText(_ text: String) { #expect(DNS.Name(text) == nil) }

    @Test("case is kept and does not count")
    func caseInsensitive() throws {
        let (a, b) = (try #require(DNS.Name("ApI.shop")), try #require(DNS.Name("api.SHOP")))
        #expect(a == b)
        #expect(Set([a, b]).count == 1)
        #expect(a.description == "ApI.shop.")
        #expect(a.lowercased.description == "api.shop.")
        #expect(DNS.Name("a[.x") != DNS.Name("a{.x"))
    }

    @Test("a name is cut at an apex on a label's border, and the apex keeps the name's spelling")
    func split() throws {
        let apex = try #require(DNS.Name("cluster.local"))
        let name = try #require(DNS.Name("api.shop.CLUSTER.local"))
        let parts = try #require(name.split(at: apex))
        #expect(parts.prefix.description == "api.shop.")
        #expect(parts.apex.description == "CLUSTER.local.")
        #expect(apex.split(at: apex)?.prefix.isRoot == true)
        #expect(DNS.Name("mycluster.local")?.split(at: apex) == nil)
        #expect(DNS.Name("local")?.split(at: apex) == nil)
        #expect(parts.prefix.appending(parts.apex) == name)
        #expect(name.isWithin(.root))
    }

    @Test("names are ordered by their labels from the right")
    func order() throws {
        let names = ["example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "z.example."]
        let sorted = names.reversed().compactMap { DNS.Name($0) }.sorted()
        #expect(sorted.map(\.description) == names)
    }

    @Test("compression pointers are followed backwards only")
    func pointers() throws {
        // "b.", then "a" + pointer to 0, then a pointer to 3.
        var reader = ByteReader([1, 0x62, 0, 1, 0x61, 0xC0, 0, 0xC0, 3])
        try reader.skip(3)
        #expect(try DNS.Name(parsing: &reader).description == "a.b.")
        #expect(reader.offset == 7)
        #expect(try DNS.Name(parsing: &reader).description == "a.b.")
        #expect(reader.isAtEnd)
    }

    @Test(
        "names that do not end, or are too long, are errors",
        arguments: [
            [0xC0, 0], [1, 0x61, 0xC0, 0], [0xC0, 2, 0], [0x40, 0], [3, 0x61], [0xC0], [],
            Array(repeating: [UInt8](arrayLiteral: 1, 0x61), count: 128).flatMap { $0 } + [0],
        ] as [[UInt8]])
    func endless(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        #expect(throws: DNS.ParseError.self) { try DNS.Name(parsing: &reader) }
        #expect(reader.offset == 0)
    }

    @Test("a long chain of pointers is an error, so that a message costs no more than its length")
    func chain() throws {
        var bytes: [UInt8] = [0]
        for index in 0..<200 {
            bytes += [0xC0, UInt8(index == 0 ? 0 : index * 2 - 1 & 0xFF)]
            if index * 2 + 1 > 250 { break }
        }
        var reader = ByteReader(bytes + [0xC0, 249])
        try reader.seek(to: bytes.count)
        #expect(try DNS.Name(parsing: &reader).isRoot)
        var long = ByteWriter()
        long.write(0)
        for index in 0..<200 { long.writeBig(UInt16(0xC000 | (index == 0 ? 0 : index * 2 - 1))) }
        reader = ByteReader(long.bytes)
        try reader.seek(to: long.count - 2)
        #expect(throws: DNS.ParseError.self) { try DNS.Name(parsing: &reader) }
    }
}
