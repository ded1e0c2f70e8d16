import Addresses

/// A Pod's /etc/resolv.conf, as Kubernetes' dnsPolicy ClusterFirst has it.
enum ResolverText {
    static func text(
        nameservers: [IPAddress], namespace: String, domain: String, hostText: String
    ) -> String {
        var search = ["\(namespace).svc.\(domain)", "svc.\(domain)", domain]
        for name in searchDomains(hostText) where !search.contains(name) { search.append(name) }
        var lines = nameservers.prefix(3).map { "nameserver \($0)" }
        lines.append("search \(search.joined(separator: " "))")
        lines.append("options ndots:5")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The search domains of the host; the last `search` or `domain` line counts (resolv.conf(5)).
    static func searchDomains(_ text: String) -> [String] {
        var domains: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard words.first == "search" || words.first == "domain" else { continue }
            domains = words.dropFirst().filter { $0 != "." }
        }
        return domains
    }
}
