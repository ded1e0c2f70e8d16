package import Addresses
import Wire

extension NetworkStack {
    /// The routes of tables `main` and `local`.
    package mutating func routes() throws(NetlinkError) -> [Route] {
        let names = Dictionary(
            try interfaces().map { (UInt32(bitPattern: $0.index), $0.name) },
            uniquingKeysWith: { first, _ in first })
        return try socket.dump(.getRoute, RouteMessage(), operation: "list routes").compactMap {
            message in
            guard let prefix = message.prefix,
                [RouteMessage.mainTable, RouteMessage.localTable].contains(message.table),
                [.unicast, .local].contains(message.type)
            else { return nil }
            return Route(
                prefix: prefix, interface: message.interface.flatMap { names[$0] },
                gateway: message.gateway, source: message.source, metric: message.metric ?? 0,
                isLocal: message.type == .local, isOurs: message.origin == .pointsman)
        }
    }

    /// The first route of this host that leads into `prefix`, or of which `prefix` is a part: addresses there
    /// belong to somebody already. Default routes, routes that Pointsman made, and routes of lo to the prefixes of
    /// `own` do not count.
    package mutating func overlap(
        of prefix: IPPrefix, ignoring own: Set<IPPrefix> = []
    ) throws(NetlinkError) -> Route? {
        try routes().filter {
            !$0.isOurs && $0.prefix.length > 0 && $0.prefix.overlaps(prefix)
                && !($0.interface == "lo" && own.contains($0.prefix))
        }.min { ($0.prefix, $0.isLocal ? 1 : 0) < ($1.prefix, $1.isLocal ? 1 : 0) }
    }

    /// Makes all of `prefix` addresses of this host (`local <prefix> dev lo src <source>` in table local), so
    /// that anything may listen there. `source` is what this host's own packets to it carry; without it they
    /// would carry the very address they go to.
    package mutating func addLocalRoute(
        to prefix: IPPrefix, source: IPAddress
    ) throws(NetlinkError) {
        guard let loopback = try interfaces().first(where: \.isLoopback) else {
            throw .refused(operation: "find lo", .noSuchDevice, reason: nil)
        }
        var message = Self.localRoute(prefix)
        message.interface = UInt32(bitPattern: loopback.index)
        message.source = source
        try request(
            .newRoute, [.create, .replace], message,
            "add route local \(prefix) dev lo src \(source)")
    }

    package mutating func removeLocalRoute(to prefix: IPPrefix) throws(NetlinkError) {
        try request(
            .deleteRoute, [], Self.localRoute(prefix), settled: [.noSuchProcess, .noSuchEntry],
            "delete route local \(prefix)")
    }

    private static func localRoute(_ prefix: IPPrefix) -> RouteMessage {
        var message = RouteMessage(to: prefix)
        message.type = .local
        message.scope = .host
        message.table = RouteMessage.localTable
        message.origin = .pointsman
        return message
    }

    /// Sends one address to an interface, on which it is a neighbour.
    package mutating func addHostRoute(
        to address: IPAddress, on index: Int32
    ) throws(NetlinkError) {
        var message = RouteMessage(to: IPPrefix(host: address))
        message.scope = .link
        message.origin = .pointsman
        message.interface = UInt32(bitPattern: index)
        try request(
            .newRoute, [.create, .replace], message,
            "add route \(address) on interface \(index)")
    }

    /// A default route by a gateway that is on the link, whatever address the interface has.
    package mutating func addDefaultRoute(
        via gateway: IPAddress, on index: Int32
    ) throws(NetlinkError) {
        let any = gateway.family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0, 0)
        var message = RouteMessage(to: IPPrefix(any, length: 0))
        message.origin = .pointsman
        message.interface = UInt32(bitPattern: index)
        message.gateway = gateway
        message.flags = RouteMessage.onLink
        try request(
            .newRoute, [.create, .replace], message,
            "add default route via \(gateway) on interface \(index)")
    }
}
