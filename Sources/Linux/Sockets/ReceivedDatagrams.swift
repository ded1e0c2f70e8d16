package import Addresses
import CLinux
import Glibc

/// Room for a batch of datagrams, and what came in with the last receive.
package struct ReceivedDatagrams: ~Copyable {
    package let capacity: Int
    package private(set) var count = 0

    private let payloadSize: Int
    private let payloads: UnsafeMutableRawPointer
    private let control: UnsafeMutableRawPointer
    private let addresses: UnsafeMutablePointer<sockaddr_storage>
    private let vectors: UnsafeMutablePointer<iovec>
    private let headers: UnsafeMutablePointer<clinux_mmsghdr>

    /// Room for `capacity` datagrams of `payloadSize` bytes each; 65,535 is enough for every datagram.
    package init(capacity: Int, payloadSize: Int = 65535) {
        self.capacity = capacity
        self.payloadSize = payloadSize
        let controlSize = CLINUX_PACKET_INFO_SPACE
        payloads = .allocate(byteCount: capacity * payloadSize, alignment: 16)
        control = .allocate(byteCount: capacity * controlSize, alignment: 16)
        addresses = .allocate(capacity: capacity)
        vectors = .allocate(capacity: capacity)
        headers = .allocate(capacity: capacity)
        addresses.initialize(repeating: sockaddr_storage(), count: capacity)
        headers.initialize(repeating: clinux_mmsghdr(), count: capacity)
        for index in 0..<capacity {
            let payload = payloads + index * payloadSize
            (vectors + index).initialize(to: iovec(iov_base: payload, iov_len: payloadSize))
            headers[index].msg_hdr.msg_name = UnsafeMutableRawPointer(addresses + index)
            headers[index].msg_hdr.msg_iov = vectors + index
            headers[index].msg_hdr.msg_iovlen = 1
            headers[index].msg_hdr.msg_control = control + index * controlSize
        }
    }

    deinit {
        payloads.deallocate()
        control.deallocate()
        addresses.deallocate()
        vectors.deallocate()
        headers.deallocate()
    }

    mutating func receive(from descriptor: Int32) throws(SystemError) -> Int {
        for index in 0..<capacity {
            headers[index].msg_hdr.msg_namelen = socklen_t(MemoryLayout<sockaddr_storage>.size)
            headers[index].msg_hdr.msg_controllen = CLINUX_PACKET_INFO_SPACE
        }
        count = 0
        do {
            count = Int(
                try checked("recvmmsg") {
                    clinux_recvmmsg(descriptor, headers, UInt32(capacity), 0)
                })
        } catch  where error.errno == .again {}
        return count
    }

    /// Valid until the next receive.
    package func payload(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(index < count)
        let size = min(Int(headers[index].msg_len), payloadSize)
        return UnsafeRawBufferPointer(start: payloads + index * payloadSize, count: size)
    }

    /// Who sent it; nil only for a family that is neither IPv4 nor IPv6.
    package func source(_ index: Int) -> IPSocketAddress? {
        precondition(index < count)
        return IPSocketAddress(sockaddr: addresses + index)
    }

    /// The local address it was sent to, where the socket has `packetInfo`.
    package func destination(_ index: Int) -> IPAddress? {
        precondition(index < count)
        let info = clinux_get_packet_info(&headers[index].msg_hdr)
        guard info.family != 0 else { return nil }
        return withUnsafeBytes(of: info.address) { bytes in
            IPAddress(networkBytes: bytes.prefix(Int32(info.family) == AF_INET ? 4 : 16))
        }
    }

    /// The datagram was longer than `payloadSize`.
    package func isTruncated(_ index: Int) -> Bool {
        precondition(index < count)
        return headers[index].msg_hdr.msg_flags & Int32(MSG_TRUNC) != 0
    }
}
