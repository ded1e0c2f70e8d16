package import Addresses

/// The first packet of a connection, as far as its way depends on it.
package struct Packet: Hashable, Sendable, CustomStringConvertible {
    package var source: IPAddress
    package var destination: IPAddress
    package var `protocol`: L4Protocol
    package var port: Port
    /// Sent by a process of this host itself, not by a Pod.
    package var isFromHost: Bool
    /// The interface that it came in through; nil: of no matter, or none.
    package var interface: String?

    package init(
        from source: IPAddress, to destination: IPAddress, _ `protocol`: L4Protocol, _ port: Port,
        isFromHost: Bool = false, interface: String? = nil
    ) {
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
        self.port = port
        self.isFromHost = isFromHost
        self.interface = interface
    }

    /// `10.244.0.7 → 10.96.0.10:80/TCP`.
    package var description: String {
        "\(source)\(isFromHost ? " (host)" : "") → "
            + "\(IPSocketAddress(destination, port))/\(`protocol`)"
    }
}
