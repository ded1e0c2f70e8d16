package import Addresses
import CLinux
import Glibc

/// A batch of datagrams to send. The payloads stay where they are: they must live until the send has returned.
package struct OutgoingDatagrams: ~Copyable {
    package let capacity: Int
    package private(set) var count = 0

    private let control: UnsafeMutableRawPointer
    private let addresses: UnsafeMutablePointer<sockaddr_storage>
    private let vectors: UnsafeMutablePointer<iovec>
    private let headers: UnsafeMutablePointer<clinux_mmsghdr>

    package init(capacity: Int) {
        self.capacity = capacity
        let controlSize = CLINUX_PACKET_INFO_SPACE
        control = .allocate(byteCount: capacity * controlSize, alignment: 16)
        addresses = .allocate(capacity: capacity)
        vectors = .allocate(capacity: capacity)
        headers = .allocate(capacity: capacity)
        addresses.initialize(repeating: sockaddr_storage(), count: capacity)
        vectors.initialize(repeating: iovec(), count: capacity)
        headers.initialize(repeating: clinux_mmsghdr(), count: capacity)
    }

    deinit {
        control.deallocate()
        addresses.deallocate()
        vectors.deallocate()
        headers.deallocate()
    }

    package var isFull: Bool { count == capacity }

    package mutating func removeAll() { count = 0 }

    /// Adds a datagram. `target` is nil on a connected socket; `source` is the local address it is sent from
    /// where the socket is bound to none.
    package mutating func append(
        _ payload: UnsafeRawBufferPointer, to target: IPSocketAddress? = nil,
        from source: IPAddress? = nil
    ) {
        precondition(count < capacity)
        let index = count
        count += 1
        vectors[index].iov_base = UnsafeMutableRawPointer(mutating: payload.baseAddress)
        vectors[index].iov_len = payload.count
        var header = msghdr()
        header.msg_iov = vectors + index
        header.msg_iovlen = 1
        if let target {
            header.msg_namelen = target.store(to: addresses + index)
            header.msg_name = UnsafeMutableRawPointer(addresses + index)
        }
        if let source {
            header.msg_control = control + index * CLINUX_PACKET_INFO_SPACE
            var info = clinux_packet_info()
            info.family = sa_family_t(source.family.domain)
            withUnsafeMutableBytes(of: &info.address) { $0.copyBytes(from: source.networkBytes) }
            clinux_set_packet_info(&header, &info)
        }
        headers[index].msg_hdr = header
    }

    mutating func send(on descriptor: Int32, from first: Int) throws(SystemError) -> Int {
        precondition(first <= count)
        guard first < count else { return 0 }
        do {
            return Int(
                try checked("sendmmsg") {
                    clinux_sendmmsg(
                        descriptor, headers + first, UInt32(count - first),
                        Int32(MSG_NOSIGNAL))
                })
        } catch  where error.errno == .again {
            return 0
        }
    }
}
