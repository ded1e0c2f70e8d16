package import Addresses
import CLinux
import Glibc

/// A UDP socket that does not block.
package struct UDPSocket: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    package init(
        bound address: IPSocketAddress, _ options: SocketOptions = [],
        filter: SocketFilter? = nil
    ) throws(SystemError) {
        let descriptor = try OwnedDescriptor.socket(
            address.address.family, type: Int32(SOCK_DGRAM.rawValue), options)
        if let filter { try descriptor.setFilter(filter) }
        try descriptor.bind(address)
        self.descriptor = descriptor
    }

    /// A socket that talks to one peer only, and hears of its ICMP errors.
    package init(
        connectedTo peer: IPSocketAddress, _ options: SocketOptions = []
    ) throws(SystemError) {
        let descriptor = try OwnedDescriptor.socket(
            peer.address.family, type: Int32(SOCK_DGRAM.rawValue), options)
        let raw = descriptor.raw
        try checked("connect \(peer)") { peer.withSockaddr { Glibc.connect(raw, $0, $1) } }
        self.descriptor = descriptor
    }

    package func localAddress() throws(SystemError) -> IPSocketAddress {
        try descriptor.localAddress()
    }

    /// recvmmsg(2): as many datagrams as there are and fit, at least one; 0 if there is none now. An ICMP error
    /// of a connected socket is thrown once.
    package func receive(
        into datagrams: inout ReceivedDatagrams
    ) throws(SystemError) -> Int {
        try datagrams.receive(from: descriptor.raw)
    }

    /// sendmmsg(2): sends from datagram `first` on and returns how many the kernel took; 0 if it has no room
    /// now. Throws if `first` itself cannot be sent.
    package func send(
        _ datagrams: inout OutgoingDatagrams, from first: Int = 0
    ) throws(SystemError) -> Int {
        try datagrams.send(on: descriptor.raw, from: first)
    }
}

extension UDPSocket {
    package init(descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// Hands the descriptor over to a caller that will close it.
    package consuming func release() -> Int32 { descriptor.release() }
}
