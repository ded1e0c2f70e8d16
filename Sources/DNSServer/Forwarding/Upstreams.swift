package import Addresses
import Wire

/// The resolvers that are asked for names of other zones, in their order, and how.
package struct Upstreams: Equatable, Sendable {
    package var addresses: [IPSocketAddress]
    /// How long one resolver has to answer.
    package var timeout: Duration = .seconds(2)
    /// How often each is asked.
    package var attempts = 2

    package init(_ addresses: [IPSocketAddress] = []) { self.addresses = addresses }

    /// Reads resolv.conf(5): `nameserver` lines with an address, and `options timeout:N attempts:N` (1...30 seconds,
    /// 1...5 times). Lines that are not understood are passed over, as the C library does, and so is an address with a
    /// zone (`fe80::1%eth0`).
    package init(parsing text: String) {
        self.init()
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let keyword = words.first else { continue }
            if keyword == "nameserver", words.count > 1, let address = IPAddress(String(words[1])) {
                addresses.append(IPSocketAddress(address, DNS.port))
            } else if keyword == "options" {
                for option in words.dropFirst() { read(option) }
            }
        }
    }

    private mutating func read(_ option: Substring) {
        let parts = option.split(separator: ":")
        guard parts.count == 2, let value = Int(parts[1]) else { return }
        if parts[0] == "timeout" { timeout = .seconds(min(max(value, 1), 30)) }
        if parts[0] == "attempts" { attempts = min(max(value, 1), 5) }
    }
}
