/// The syntax of names, labels and ports. Each function gives the reasons why a text is not allowed, in
/// Kubernetes' words; none means that it is (apimachinery, pkg/util/validation and pkg/api/validate/content).
package enum Names {
    private static let labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    private static let keyPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

    /// A DNS label (RFC 1123): at most 63 of a-z, 0-9 and '-'.
    static func dnsLabelErrors(_ text: String) -> [String] {
        var errors = text.utf8.count > 63 ? ["must be no more than 63 characters"] : []
        if !isDNSLabel(text.utf8[...]) {
            errors.append(
                isDNSSubdomain(text)
                    ? "must not contain dots"
                    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
                        + "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
                        + "regex used for validation is '\(labelPattern)')")
        }
        return errors
    }

    /// A DNS label as RFC 1035 has it: it begins with a letter.
    static func elderDNSLabelErrors(_ text: String) -> [String] {
        var errors = text.utf8.count > 63 ? ["must be no more than 63 characters"] : []
        let beginsWithLetter = text.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
        if !beginsWithLetter || !isDNSLabel(text.utf8[...]) {
            errors.append(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
                    + "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
                    + "'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
        }
        return errors
    }

    /// A DNS name (RFC 1123 subdomain): at most 253 characters, labels joined by dots.
    static func dnsSubdomainErrors(_ text: String) -> [String] {
        var errors = text.utf8.count > 253 ? ["must be no more than 253 characters"] : []
        if !isDNSSubdomain(text) {
            errors.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                    + "and must start and end with an alphanumeric character (e.g. 'example.com', "
                    + "regex used for validation is '\(labelPattern)(\\.\(labelPattern))*')")
        }
        return errors
    }

    /// A label key, condition type, finalizer …: a name of at most 63, with an optional `domain/` before it.
    static func labelKeyErrors(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let rule =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
            + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
            + "regex used for validation is '\(keyPattern)')"
        guard parts.count <= 2, let name = parts.last else {
            return [
                "a valid label key \(rule) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        var errors: [String] = []
        if parts.count == 2 {
            errors +=
                parts[0].isEmpty
                ? ["prefix part must be non-empty"]
                : dnsSubdomainErrors(String(parts[0])).map { "prefix part \($0)" }
        }
        if name.isEmpty {
            errors.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            errors.append("name part must be no more than 63 bytes")
        }
        if !isKeyName(name.utf8) { errors.append("name part \(rule)") }
        return errors
    }

    /// A label value: empty, or at most 63 of A-Z, a-z, 0-9, '-', '_' and '.'.
    static func labelValueErrors(_ text: String) -> [String] {
        var errors = text.utf8.count > 63 ? ["must be no more than 63 bytes"] : []
        if !text.isEmpty, !isKeyName(text[...].utf8) {
            errors.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
                    + "'12345', regex used for validation is '(\(keyPattern))?')")
        }
        return errors
    }

    /// What can stand between two slashes of a URL.
    static func pathSegmentErrors(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    /// The name of a port of a container (IANA_SVC_NAME).
    static func portNameErrors(_ text: String) -> [String] {
        let bytes = text.utf8
        var errors: [String] = []
        if bytes.count > 15 { errors.append("must be no more than 15 characters") }
        if bytes.isEmpty || !bytes.allSatisfy({ isLowerAlphanumeric($0) || $0 == hyphen }) {
            errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: { (0x61...0x7A).contains($0) }) {
            errors.append("must contain at least one letter (a-z)")
        }
        if text.contains("--") { errors.append("must not contain consecutive hyphens") }
        if bytes.first == hyphen || bytes.last == hyphen {
            errors.append("must not begin or end with a hyphen")
        }
        return errors
    }

    /// A port number, 1...65535.
    static func portNumberErrors(_ port: Int64) -> [String] {
        (1...65535).contains(port) ? [] : ["must be between 1 and 65535, inclusive"]
    }

    private static let hyphen = UInt8(ascii: "-")

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte)
    }

    private static func isDNSLabel(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
            && text.allSatisfy { isLowerAlphanumeric($0) || $0 == hyphen }
    }

    /// Labels joined by dots, of any length.
    package static func isDNSSubdomain(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy(isDNSLabel)
    }

    private static func isKeyName(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.allSatisfy {
                isAlphanumeric($0) || $0 == hyphen || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            }
    }
}
