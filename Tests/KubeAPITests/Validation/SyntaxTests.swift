import Addresses
import Testing

@testable import KubeAPI

@Suite("Names and addresses")
struct SyntaxTests {
    @Test(
        "a DNS label",
        arguments: [
            ("a", true), ("1a-b2", true), (String(repeating: "a", count: 63), true), ("", false),
            (String(repeating: "a", count: 64), false), ("-a", false), ("a-", false), ("A", false),
            ("a.b", false), ("a_b", false), ("\u{e4}", false),
        ])
    func label(_ text: String, _ isValid: Bool) {
        #expect(Names.dnsLabelErrors(text).isEmpty == isValid)
    }

    @Test("tells what Kubernetes tells")
    func texts() {
        #expect(Names.dnsLabelErrors("a.b") == ["must not contain dots"])
        #expect(
            Names.dnsLabelErrors("A") == [
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                    + "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ])
        #expect(
            Names.dnsSubdomainErrors("_") == [
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ])
        #expect(
            Names.portNameErrors("A--very-long-name-") == [
                "must be no more than 15 characters",
                "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "must not contain consecutive hyphens", "must not begin or end with a hyphen",
            ])
        #expect(
            Names.portNameErrors("12") == ["must contain at least one letter (a-z)"])
    }

    @Test(
        "a label key",
        arguments: [
            ("app", true), ("example.com/App_1.x", true), ("a", true), ("", false), ("/a", false),
            ("a/", false), ("a/b/c", false), ("A.com/x", false), ("-a", false), ("a b", false),
            ("x/" + String(repeating: "a", count: 63), true),
            ("x/" + String(repeating: "a", count: 64), false),
        ])
    func key(_ text: String, _ isValid: Bool) {
        #expect(Names.labelKeyErrors(text).isEmpty == isValid)
    }

    @Test(
        "an address",
        arguments: [
            ("10.0.0.1", nil), ("fd00::1", nil), ("FD00:0::1", nil),
            ("010.0.0.1", "must not have leading 0s"),
            ("::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"),
            ("::ffff:01.2.3.4", "must not have leading 0s"),
            ("x", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            ("", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            ("1.2.3", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            ("1..2.3", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        ] as [(String, String?)])
    func address(_ text: String, _ error: String?) {
        #expect(IPText.addressErrors(text) == (error.map { [$0] } ?? []))
    }

    @Test(
        "a prefix",
        arguments: [
            ("10.0.0.0/8", nil), ("fd00::/16", nil), ("0.0.0.0/0", nil),
            ("10.0.0.1/8", "must not have bits set beyond the prefix length"),
            ("010.0.0.0/8", "must not have leading 0s in IP or prefix length"),
            ("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
            ("::ffff:1.2.3.4/128", "must not have an IPv4-mapped IPv6 address"),
            ("10.0.0.0", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("10.0.0.0/33", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("10.0.0.0/-1", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
        ] as [(String, String?)])
    func prefix(_ text: String, _ error: String?) {
        #expect(IPText.prefixErrors(text) == (error.map { [$0] } ?? []))
    }

    @Test("loopback addresses are special, but not inside the Pod CIDR that is made of them")
    func loopback() throws {
        let cidr = try #require(IPPrefix("127.64.0.0/16"))
        #expect(IPText.specialAddressErrors("127.64.0.9").count == 1)
        #expect(IPText.specialAddressErrors("127.64.0.9", loopback: [cidr]).isEmpty)
        #expect(IPText.specialAddressErrors("127.0.0.1", loopback: [cidr]).count == 1)
        #expect(IPText.specialAddressErrors("10.0.0.1").isEmpty)
        #expect(
            IPText.canonicalAddressErrors("FD00::1") == ["must be in canonical form (\"fd00::1\")"])
    }
}
