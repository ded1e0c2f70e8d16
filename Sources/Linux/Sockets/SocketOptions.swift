package import Addresses
import CLinux
import Glibc

/// What a socket is made with. IPV6_V6ONLY is always set, close-on-exec and non-blocking too.
package struct SocketOptions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// SO_REUSEADDR: a listener may bind while old connections wait in TIME_WAIT.
    package static let reuseAddress = SocketOptions(rawValue: 1)
    /// SO_REUSEPORT: several sockets share one address.
    package static let reusePort = SocketOptions(rawValue: 2)
    /// IP_FREEBIND, IPV6_FREEBIND: an address that is not configured (yet) may be bound.
    package static let freeBind = SocketOptions(rawValue: 4)
    /// TCP_NODELAY; a listener's accepted sockets inherit it.
    package static let noDelay = SocketOptions(rawValue: 8)
    /// IP_PKTINFO, IPV6_RECVPKTINFO: datagrams tell the address they were sent to.
    package static let packetInfo = SocketOptions(rawValue: 16)
}

extension OwnedDescriptor {
    static func socket(
        _ family: IPFamily, type: Int32, _ options: SocketOptions
    ) throws(SystemError) -> OwnedDescriptor {
        let flags = type | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let raw = try checked("socket") { Glibc.socket(family.domain, flags, 0) }
        let descriptor = OwnedDescriptor(owning: raw)
        let six = family == .ipv6
        let ip = six ? Int32(IPPROTO_IPV6) : Int32(0)
        if six {
            try descriptor.set(ip, Int32(CLINUX_IPV6_V6ONLY), 1, "IPV6_V6ONLY")
        }
        if options.contains(.reuseAddress) {
            try descriptor.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
        }
        if options.contains(.reusePort) {
            try descriptor.set(SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT")
        }
        if options.contains(.freeBind) {
            let name = six ? CLINUX_IPV6_FREEBIND : CLINUX_IP_FREEBIND
            try descriptor.set(ip, Int32(name), 1, "IP_FREEBIND")
        }
        if options.contains(.noDelay) {
            try descriptor.set(
                Int32(CLINUX_IPPROTO_TCP), Int32(CLINUX_TCP_NODELAY), 1,
                "TCP_NODELAY")
        }
        if options.contains(.packetInfo) {
            let name = six ? CLINUX_IPV6_RECVPKTINFO : CLINUX_IP_PKTINFO
            try descriptor.set(ip, Int32(name), 1, "IP_PKTINFO")
        }
        return descriptor
    }

    func set(
        _ level: Int32, _ name: Int32, _ value: Int32, _ label: String
    ) throws(SystemError) {
        var value = value
        let raw = raw
        try checked("setsockopt \(label)") {
            setsockopt(raw, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    func bind(_ address: IPSocketAddress) throws(SystemError) {
        let raw = raw
        try checked("bind \(address)") { address.withSockaddr { Glibc.bind(raw, $0, $1) } }
    }

    /// getsockname(2): with the port the kernel chose where 0 was asked for.
    package func localAddress() throws(SystemError) -> IPSocketAddress {
        try address("getsockname") { getsockname($0, $1, $2) }
    }

    /// getpeername(2).
    package func peerAddress() throws(SystemError) -> IPSocketAddress {
        try address("getpeername") { getpeername($0, $1, $2) }
    }

    private func address(
        _ call: String,
        _ body: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemError) -> IPSocketAddress {
        let raw = raw
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try checked(call) {
            withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body(raw, $0, &length)
                }
            }
        }
        guard let address = IPSocketAddress(storage) else {
            throw SystemError(Errno(rawValue: EAFNOSUPPORT), call)
        }
        return address
    }

    /// SO_ERROR: the error that waits on a socket, taken off it; nil if there is none.
    package func takeSocketError() -> Errno? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ERROR, &value, &length) == 0 else {
            return Errno.current
        }
        return value == 0 ? nil : Errno(rawValue: value)
    }

    /// SO_RCVBUF and SO_SNDBUF, in bytes; the kernel clamps them to its own limits.
    package func setBuffers(receive: Int32?, send: Int32?) throws(SystemError) {
        if let receive { try set(SOL_SOCKET, SO_RCVBUF, receive, "SO_RCVBUF") }
        if let send { try set(SOL_SOCKET, SO_SNDBUF, send, "SO_SNDBUF") }
    }
}
