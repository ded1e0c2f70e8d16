package import KubeAPI
package import Wire

/// `expect` of a case of dns.yaml.
package struct DNSExpectation: Sendable {
    private let expect: JSON

    package init(_ expect: JSON) { self.expect = expect }

    /// What of an answer is not as expected, as texts; none if all is. The order of records does not matter, but a
    /// CNAME comes before what it leads to.
    package func differences(of reply: DNS.Message) -> [String] {
        var differences: [String] = []
        func compare(_ what: String, _ found: String, _ wanted: String?) {
            guard let wanted, found != wanted else { return }
            differences.append("\(what): expected \(wanted); came \(found)")
        }
        compare("rcode", reply.responseCode.description, expect["rcode"]?.string)
        compare(
            "authoritative", "\(reply.isAuthoritative)",
            expect["authoritative"]?.bool.map { "\($0)" })
        for (section, records) in [
            ("answer", reply.answers), ("authority", reply.authority),
            ("additional", reply.additional),
        ] {
            compare(
                section, "\(records.map(Self.text).sorted())", "\(expected(section).sorted())")
        }
        if let first = expected("answer").first, first.contains(" CNAME ") {
            compare("first answer", reply.answers.first.map(Self.text) ?? "none", first)
        }
        return differences
    }

    private func expected(_ section: String) -> [String] {
        expect[section]?.array?.compactMap(\.string) ?? []
    }

    /// As the cases write records: the serial of a SOA is any number.
    private static func text(_ record: DNS.Record) -> String {
        guard case .soa(let soa) = record.data else { return record.description }
        return record.description.split(separator: " ").enumerated().map {
            $0.offset == 6 && $0.element == "\(soa.serial)" ? "<serial>" : String($0.element)
        }.joined(separator: " ")
    }
}
