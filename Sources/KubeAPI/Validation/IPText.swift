import Addresses

/// The syntax of addresses and prefixes in the API. Each function gives the reasons why a text is not allowed, in
/// Kubernetes' words; none means that it is (apimachinery, pkg/util/validation/ip.go, strict as since 1.36).
enum IPText {
    /// An address: no leading zeros, no IPv4-mapped IPv6; it need not be canonical.
    static func addressErrors(_ text: String, _ gates: FeatureGates = FeatureGates()) -> [String] {
        if !gates.strictIPCIDRValidation, loose(text) != nil { return [] }
        if let address = IPAddress(text) {
            return address.isIPv4Mapped ? ["must not be an IPv4-mapped IPv6 address"] : []
        }
        return loose(text) == nil
            ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
            : ["must not have leading 0s"]
    }

    /// An address in its canonical text.
    static func canonicalAddressErrors(_ text: String) -> [String] {
        let errors = addressErrors(text)
        guard errors.isEmpty, let canonical = IPAddress(text)?.description, canonical != text else {
            return errors
        }
        return ["must be in canonical form (\"\(canonical)\")"]
    }

    /// A prefix without host bits.
    static func prefixErrors(_ text: String, _ gates: FeatureGates = FeatureGates()) -> [String] {
        guard let prefix = loosePrefix(text) else {
            return ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
        }
        if !gates.strictIPCIDRValidation { return [] }
        let parts = text.split(separator: "/").map(String.init)
        guard let address = IPAddress(parts[0]), String(prefix.length) == parts[1] else {
            return ["must not have leading 0s in IP or prefix length"]
        }
        if address.isIPv4Mapped { return ["must not have an IPv4-mapped IPv6 address"] }
        return prefix.network == address
            ? [] : ["must not have bits set beyond the prefix length"]
    }

    /// A prefix without host bits, in its canonical text.
    static func canonicalPrefixErrors(_ text: String) -> [String] {
        let errors = prefixErrors(text)
        guard errors.isEmpty, let canonical = IPPrefix(text)?.description, canonical != text else {
            return errors
        }
        return ["must be in canonical form (\"\(canonical)\")"]
    }

    /// Addresses that nothing outside their link or host can be reached by. `loopback` lists the prefixes inside
    /// which loopback addresses are allowed nevertheless.
    static func specialAddressErrors(
        _ text: String, loopback prefixes: [IPPrefix] = []
    ) -> [String] {
        guard let address = loose(text) else { return [] }
        if address.isUnspecified { return ["may not be unspecified (\(text))"] }
        if address.isLoopback, !prefixes.contains(where: { $0.contains(address) }) {
            return ["may not be in the loopback range (127.0.0.0/8, ::1/128)"]
        }
        if address.isLinkLocalUnicast {
            return ["may not be in the link-local range (169.254.0.0/16, fe80::/10)"]
        }
        if address.isLinkLocalMulticast {
            return ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"]
        }
        return []
    }

    /// What to warn about in an address that is allowed.
    static func warnings(_ path: FieldPath, _ text: String) -> [String] {
        guard let address = IPAddress(kubernetes: text) else { return [] }
        if IPAddress(text) != address {
            return ["\(path): non-standard IP address \"\(text)\" is invalid: use \"\(address)\""]
        }
        guard address.family == .ipv6, address.description != text else { return [] }
        return [
            "\(path): IPv6 address \"\(text)\" should be in RFC 5952 canonical format (\"\(address)\")"
        ]
    }

    /// What to warn about in a prefix that is allowed.
    static func prefixWarnings(_ path: FieldPath, _ text: String) -> [String] {
        let parts = text.split(separator: "/").map(String.init)
        guard let prefix = loosePrefix(text), let address = loose(parts[0]) else { return [] }
        var warnings: [String] = []
        if prefix.network != address {
            warnings.append(
                "\(path): CIDR value \"\(text)\" is ambiguous in this context "
                    + "(should be \"\(prefix)\" or \"\(IPPrefix(host: address))\"?)")
        }
        if IPAddress(parts[0]) == nil || String(prefix.length) != parts[1] || address.isIPv4Mapped {
            warnings.append(
                "\(path): non-standard CIDR value \"\(text)\" is invalid: use \"\(prefix)\"")
        }
        guard warnings.isEmpty, address.family == .ipv6, prefix.description != text else {
            return warnings
        }
        return [
            "\(path): IPv6 CIDR value \"\(text)\" should be in RFC 5952 canonical format (\"\(prefix)\")"
        ]
    }

    /// Reads an address as Kubernetes did before 1.36: zeros before the octets of an IPv4 address are skipped.
    static func loose(_ text: String) -> IPAddress? {
        if let strict = IPAddress(text) { return strict }
        let start = text.lastIndex(of: ":").map(text.index(after:)) ?? text.startIndex
        guard text[start...].contains(".") else { return nil }
        let octets = text[start...].split(separator: ".", omittingEmptySubsequences: false)
            .map { octet in
                let digits = octet.drop { $0 == "0" }
                return isNumber(octet) && digits.isEmpty ? "0" : digits
            }
        return IPAddress(text[..<start] + octets.joined(separator: "."))
    }

    /// The network of a text that may have host bits or leading zeros; nil for what is no prefix at all.
    static func loosePrefix(_ text: String) -> IPPrefix? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = loose(String(parts[0])), isNumber(parts[1]),
            let length = Int(parts[1]), length <= address.family.bits
        else { return nil }
        return IPPrefix(address, length: length)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension IPAddress {
    /// Reads an address of an object as Kubernetes' components do, which take what older versions accepted: zeros
    /// before the octets of an IPv4 address are skipped, and an IPv4-mapped address is the IPv4 address.
    package init?(kubernetes text: String) {
        guard let address = IPText.loose(text) else { return nil }
        self =
            address.isIPv4Mapped
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low)) : address
    }
}
