import Addresses
import CLinux
import Glibc

extension IPFamily {
    /// AF_INET or AF_INET6.
    var domain: Int32 { self == .ipv4 ? AF_INET : AF_INET6 }
}

extension IPSocketAddress {
    /// Reads AF_INET and AF_INET6; nil for any other family.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        let address = withUnsafePointer(to: &storage) { IPSocketAddress(sockaddr: $0) }
        guard let address else { return nil }
        self = address
    }

    /// Reads AF_INET and AF_INET6 in place; nil for any other family.
    init?(sockaddr pointer: UnsafePointer<sockaddr_storage>) {
        let raw = UnsafeRawPointer(pointer)
        switch Int32(pointer.pointee.ss_family) {
        case AF_INET:
            let value = raw.loadUnaligned(as: sockaddr_in.self)
            self.init(
                IPAddress(ipv4: UInt32(bigEndian: value.sin_addr.s_addr)),
                Port(bigEndian: value.sin_port))
        case AF_INET6:
            let high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let low = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            self.init(
                IPAddress(ipv6: UInt64(bigEndian: high), UInt64(bigEndian: low)),
                Port(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        default: return nil
        }
    }

    /// Writes it as sockaddr_in or sockaddr_in6 and returns the length in bytes.
    @discardableResult
    func store(to target: UnsafeMutablePointer<sockaddr_storage>) -> socklen_t {
        let raw = UnsafeMutableRawPointer(target)
        switch address.family {
        case .ipv4:
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
            raw.storeBytes(of: value, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        case .ipv6:
            raw.initializeMemory(as: UInt8.self, repeating: 0, count: 28)
            raw.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            raw.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            raw.storeBytes(of: address.high.bigEndian, toByteOffset: 8, as: UInt64.self)
            raw.storeBytes(of: address.low.bigEndian, toByteOffset: 16, as: UInt64.self)
            return socklen_t(MemoryLayout<sockaddr_in6>.size)
        }
    }

    /// Runs `body` with the address as the kernel takes it.
    func withSockaddr<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var storage = sockaddr_storage()
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let length = store(to: pointer)
            return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
