package import Addresses
import Wire

/// The kernel's network configuration in one namespace: interfaces, addresses, routes, neighbours, by rtnetlink.
///
/// It speaks of the namespace of the thread that made it. Every verb is idempotent: what is there already, or is
/// gone already, is no error. Needs CAP_NET_ADMIN for all but reading.
package struct NetworkStack: ~Copyable, Sendable {
    var socket: NetlinkSocket

    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(.route)
    }

    /// Sends a request; an answer of one of the errnos `settled` means that there was nothing to do.
    mutating func request(
        _ type: NetlinkMessageType, _ flags: NetlinkFlags = [], _ payload: some NetlinkPayload,
        settled: [Errno] = [], _ operation: String
    ) throws(NetlinkError) {
        do {
            try socket.request(type, flags, payload, operation: operation)
        } catch {
            guard let errno = error.errno, settled.contains(errno) else { throw error }
        }
    }
}

/// An interface as the kernel has it.
package struct NetworkInterface: Equatable, Sendable {
    package var index: Int32
    package var name: String
    package var isUp: Bool
    package var isLoopback: Bool
    package var mtu: UInt32
    package var address: MACAddress?
    /// Free text that was given to it; "" where there is none.
    package var alias: String
    /// `veth`, `bridge`, …; "" for hardware and lo.
    package var kind: String
}

/// An address of an interface.
package struct InterfaceAddress: Equatable, Sendable {
    package var address: IPAddress
    package var prefixLength: Int
    package var interface: Int32
    /// Not link-local and not loopback.
    package var isGlobal: Bool
    /// Given with `isOurs`; kernels before 5.18 do not keep that.
    package var isOurs = false
}

/// A route as the kernel has it.
package struct Route: Equatable, Sendable, CustomStringConvertible {
    package var prefix: IPPrefix
    /// The name of the interface; nil where it has none (unreachable, several next hops).
    package var interface: String?
    package var gateway: IPAddress?
    package var source: IPAddress?
    package var metric: UInt32
    /// In table `local`: an address of this host.
    package var isLocal: Bool
    /// Made by Pointsman.
    package var isOurs: Bool

    /// As `ip route` has it: `10.0.0.0/8 via 192.0.2.1 dev eth0`.
    package var description: String {
        var text = isLocal ? "local " : ""
        text += prefix.length == 0 ? "default" : prefix.description
        if let gateway { text += " via \(gateway)" }
        if let interface { text += " dev \(interface)" }
        if let source { text += " src \(source)" }
        return text
    }
}
