package import Addresses

/// One port of one Service for one address family: what backends, scheduler and affinity belong to.
package struct ServicePortName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var service: String
    /// The port's name; "" where a Service has a single nameless port.
    package var port: String
    package var `protocol`: L4Protocol
    package var family: IPFamily

    package init(
        namespace: String, service: String, port: String, protocol: L4Protocol, family: IPFamily
    ) {
        self.namespace = namespace
        self.service = service
        self.port = port
        self.protocol = `protocol`
        self.family = family
    }

    /// `default/web:http/TCP/IPv4`.
    package var description: String {
        "\(namespace)/\(service)\(port.isEmpty ? "" : ":" + port)/\(`protocol`)/\(family)"
    }

    package static func < (a: ServicePortName, b: ServicePortName) -> Bool {
        // One after another: a tuple of them all is copied first.
        if a.namespace != b.namespace { return a.namespace < b.namespace }
        if a.service != b.service { return a.service < b.service }
        if a.port != b.port { return a.port < b.port }
        return (a.protocol, a.family) < (b.protocol, b.family)
    }
}
