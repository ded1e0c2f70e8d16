/// An address with a port.
package struct IPSocketAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var address: IPAddress
    package var port: Port

    package init(_ address: IPAddress, _ port: Port) {
        self.address = address
        self.port = port
    }

    /// Reads `127.0.0.1:6443` or `[::1]:6443`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Port(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address, port)
    }

    package var description: String {
        address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    package static func < (a: IPSocketAddress, b: IPSocketAddress) -> Bool {
        (a.address, a.port) < (b.address, b.port)
    }
}
