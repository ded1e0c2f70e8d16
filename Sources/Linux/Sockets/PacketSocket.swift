import CLinux
import Glibc

/// A socket of whole Ethernet frames: it hears all that come in on every interface of the namespace of the thread
/// that made it, and sends any. Needs CAP_NET_RAW. Source: packet(7).
package struct PacketSocket: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor
    private static let largestFrame = 65536 + 14

    /// - Parameter buffer: bytes for frames that nobody has read yet; more than the kernel's limit needs
    ///   CAP_NET_ADMIN.
    package init(buffer: Int32 = 4 << 20) throws(SystemError) {
        let descriptor = OwnedDescriptor(
            owning: try checked("socket AF_PACKET") { clinux_packet_socket() })
        try descriptor.set(SOL_SOCKET, SO_RCVBUFFORCE, buffer, "SO_RCVBUFFORCE")
        self.descriptor = descriptor
    }

    /// Sends one frame out of an interface.
    package func send(_ frame: [UInt8], on interface: Int32) throws(SystemError) {
        let raw = descriptor.raw
        try checked("send a frame on interface \(interface)") {
            clinux_packet_send(raw, interface, frame, frame.count)
        }
    }

    /// The next frame; nil if none comes within `milliseconds`. Blocks.
    package func receive(withinMilliseconds milliseconds: Int32) throws(SystemError) -> [UInt8]? {
        let raw = descriptor.raw
        var failure: SystemError?
        let frame = [UInt8](unsafeUninitializedCapacity: Self.largestFrame) { buffer, count in
            do throws(SystemError) {
                count = try Self.receive(from: raw, into: buffer, milliseconds) ?? 0
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return frame.isEmpty ? nil : frame
    }

    private static func receive(
        from raw: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>, _ milliseconds: Int32
    ) throws(SystemError) -> Int? {
        for isLast in [false, true] {
            do {
                return try checked("receive a frame") {
                    recv(raw, buffer.baseAddress, buffer.count, 0)
                }
            } catch  where error.errno == .again && !isLast {
                var wait = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
                guard try checked("poll", { poll(&wait, 1, milliseconds) }) > 0 else { return nil }
            }
        }
        return nil
    }
}
