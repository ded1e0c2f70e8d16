import Testing

@testable import Addresses

@Suite("IP addresses and prefixes")
struct IPAddressTests {
    @Test(
        "text is read strictly and written canonically",
        arguments: [
            ("10.96.0.1", "10.96.0.1"), ("0.0.0.0", "0.0.0.0"), ("fd00:0:0::1", "fd00::1"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"),
            ("2001:DB8::A:0:0:1", "2001:db8::a:0:0:1"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ])
    func text(_ text: String, _ canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(
        "what is not an address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..2.3", ":", ":::",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", "fe80::1%eth0",
            "1.2.3.4::", "::1.2.3", "1:2:3:4:5:6:7::8:9",
        ])
    func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("a prefix masks host bits and knows what it contains")
    func prefixes() throws {
        let prefix = try #require(IPPrefix("10.100.3.4/12"))
        #expect(prefix.description == "10.96.0.0/12")
        #expect(prefix.contains(try #require(IPAddress("10.111.255.255"))))
        #expect(!prefix.contains(try #require(IPAddress("10.112.0.0"))))
        #expect(prefix.addressCount == 1 << 20)
        #expect(IPPrefix("fd00::/112")?.addressCount == 65536)
        #expect(IPPrefix("::/0")?.overlaps(try #require(IPPrefix("fd00::/8"))) == true)
        #expect(IPPrefix("0.0.0.0/0")?.overlaps(try #require(IPPrefix("fd00::/8"))) == false)
        #expect(IPPrefix("10.0.0.0/33") == nil)
        #expect(IPPrefix("10.0.0.0/08") == nil)
    }

    @Test("addresses can be counted through")
    func arithmetic() throws {
        let start = try #require(IPAddress("fd00::ffff:ffff:ffff:fffe"))
        #expect(start.advanced(by: 3)?.description == "fd00:0:0:1::1")
        #expect(start.advanced(by: 3)?.distance(from: start) == 3)
        #expect(IPAddress(ipv4: .max).advanced(by: 1) == nil)
    }

    @Test("socket addresses keep brackets around IPv6")
    func socketAddresses() {
        #expect(IPSocketAddress("[::1]:6443")?.description == "[::1]:6443")
        #expect(IPSocketAddress("127.0.0.1:80")?.port == 80)
        #expect(IPSocketAddress("::1:80") == nil)
        #expect(IPSocketAddress("127.0.0.1") == nil)
    }
}
