/// Bytes in which a lost or swapped piece shows.
enum TestBytes {
    static func make(_ count: Int) -> [UInt8] {
        // A prime, so that no buffer's size is a multiple of it.
        let block = (0..<65521).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        while bytes.count < count { bytes += block }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
