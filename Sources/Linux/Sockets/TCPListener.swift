package import Addresses
import CLinux
import Glibc

/// A listening TCP socket that does not block.
package struct TCPListener: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    /// Binds and listens. `backlog` is clamped by net.core.somaxconn; `filter` holds from the first packet on.
    package init(
        on address: IPSocketAddress, _ options: SocketOptions = [.reuseAddress, .noDelay],
        backlog: Int32 = 4096, filter: SocketFilter? = nil
    ) throws(SystemError) {
        let descriptor = try OwnedDescriptor.socket(
            address.address.family, type: Int32(SOCK_STREAM.rawValue), options)
        try descriptor.bind(address)
        if let filter { try descriptor.setFilter(filter) }
        let raw = descriptor.raw
        try checked("listen \(address)") { listen(raw, backlog) }
        self.descriptor = descriptor
    }

    /// The next connection, which does not block either; nil if there is none now. `peer` is set to who
    /// connected. Connections that were reset while they waited are passed over.
    package func accept(
        peer: inout IPSocketAddress?
    ) throws(SystemError) -> TCPSocket? {
        var storage = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let raw = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    clinux_accept(descriptor.raw, $0, &length)
                }
            }
            if raw >= 0 {
                peer = IPSocketAddress(storage)
                return TCPSocket(descriptor: OwnedDescriptor(owning: raw))
            }
            switch Errno.current {
            case .again: return nil
            case .interrupted, .connectionAborted: continue
            case let errno: throw SystemError(errno, "accept4")
            }
        }
    }

    package func localAddress() throws(SystemError) -> IPSocketAddress {
        try descriptor.localAddress()
    }
}
