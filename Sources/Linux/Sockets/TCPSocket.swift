package import Addresses
import CLinux
import Glibc

/// A TCP connection, or one in the making, that does not block.
package struct TCPSocket: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    package init(descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// An unconnected socket, bound to `source` where one is given.
    package init(
        _ family: IPFamily, _ options: SocketOptions = [.noDelay],
        from source: IPSocketAddress? = nil
    ) throws(SystemError) {
        let descriptor = try OwnedDescriptor.socket(
            family, type: Int32(SOCK_STREAM.rawValue), options)
        if let source { try descriptor.bind(source) }
        self.descriptor = descriptor
    }

    /// Starts to connect. True: connected already; false: the socket becomes writable when it is decided, and
    /// `descriptor.takeSocketError()` tells how.
    package func connect(to address: IPSocketAddress) throws(SystemError) -> Bool {
        let raw = descriptor.raw
        let result = address.withSockaddr { Glibc.connect(raw, $0, $1) }
        if result == 0 { return true }
        switch Errno.current {
        // A connect that a signal interrupts goes on in the background.
        case .inProgress, .interrupted: return false
        case let errno: throw SystemError(errno, "connect \(address)")
        }
    }

    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        let raw = descriptor.raw
        return transferred { recv(raw, buffer.baseAddress, buffer.count, 0) }
    }

    /// Reads up to `count` bytes and throws them away without copying them: MSG_TRUNC.
    package func discard(_ count: Int) -> Transfer {
        let raw = descriptor.raw
        return transferred { recv(raw, nil, count, Int32(MSG_TRUNC)) }
    }

    /// Never raises SIGPIPE.
    /// - Parameter isLast: the write side is shut down right after: the FIN goes with the bytes, in one packet.
    package func send(_ bytes: UnsafeRawBufferPointer, isLast: Bool = false) -> Transfer {
        let raw = descriptor.raw
        let flags = Int32(isLast ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL)
        return transferred { Glibc.send(raw, bytes.baseAddress, bytes.count, flags) }
    }

    /// TCP_NODELAY: small writes leave at once. A failure costs latency only.
    package func setNoDelay() {
        try? descriptor.set(Int32(CLINUX_IPPROTO_TCP), Int32(CLINUX_TCP_NODELAY), 1, "TCP_NODELAY")
    }

    /// TCP_QUICKACK off, for now: the coming acknowledgement waits for the first bytes that are sent. Called
    /// before `connect` by who has bytes to send at once, it saves a packet of the handshake.
    package func delayAcknowledgement() {
        try? descriptor.set(
            Int32(CLINUX_IPPROTO_TCP), Int32(CLINUX_TCP_QUICKACK), 0, "TCP_QUICKACK")
    }

    /// Sends FIN; reading goes on.
    package func shutdownWriting() {
        _ = shutdown(descriptor.raw, Int32(SHUT_WR))
    }

    /// Makes the coming close send RST and throw away what is queued: SO_LINGER with zero seconds.
    package func resetOnClose() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(
            descriptor.raw, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
    }
}

extension TCPSocket {
    /// Hands the descriptor over to a caller that will close it.
    package consuming func release() -> Int32 { descriptor.release() }
}
