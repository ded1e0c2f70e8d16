package import Addresses
import CLinux
import Glibc

/// A raw socket (raw(7)) of one family: it sends whole IP packets by way of the OUTPUT hook, or hears those of one
/// protocol that are delivered to this host, behind the INPUT hook. Does not block; needs CAP_NET_RAW.
package struct RawSocket: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    /// Sends packets that bring their IP header.
    package init(sending family: IPFamily) throws(SystemError) {
        descriptor = try Self.descriptor(family, Int32(IPPROTO_RAW))
    }

    /// Hears the packets of a protocol (its IANA number). An IPv4 packet comes with its header, an IPv6 packet
    /// without; both tell the address that they were sent to.
    package init(hearing protocol: UInt8, _ family: IPFamily) throws(SystemError) {
        let descriptor = try Self.descriptor(family, Int32(`protocol`))
        let six = family == .ipv6
        try descriptor.set(
            six ? Int32(IPPROTO_IPV6) : 0,
            Int32(six ? CLINUX_IPV6_RECVPKTINFO : CLINUX_IP_PKTINFO), 1, "IP_PKTINFO")
        self.descriptor = descriptor
    }

    private static func descriptor(
        _ family: IPFamily, _ protocol: Int32
    ) throws(SystemError) -> OwnedDescriptor {
        let type =
            Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        return OwnedDescriptor(
            owning: try checked("socket SOCK_RAW") {
                Glibc.socket(family.domain, type, `protocol`)
            })
    }

    /// Sends a packet with its header. `target` is its destination: the kernel routes by it.
    package func send(_ packet: [UInt8], to target: IPAddress) throws(SystemError) {
        let raw = descriptor.raw
        try checked("send a packet to \(target)") {
            IPSocketAddress(target, 0).withSockaddr { address, length in
                sendto(raw, packet, packet.count, 0, address, length)
            }
        }
    }

    /// As many packets as there are and fit; 0 if there is none now.
    package func receive(into packets: inout ReceivedDatagrams) throws(SystemError) -> Int {
        try packets.receive(from: descriptor.raw)
    }
}
