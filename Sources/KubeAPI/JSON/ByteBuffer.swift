/// Bytes that are being written: grows by doubling, and writes without asking an array for each byte.
struct ByteBuffer: ~Copyable {
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init() {
        capacity = 512
        storage = .allocate(capacity: capacity)
    }

    deinit { storage.deallocate() }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: storage, count: count)) }

    func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        body(UnsafeBufferPointer(start: storage, count: count))
    }

    /// Makes room for `length` more bytes.
    private mutating func reserve(_ length: Int) {
        if capacity - count < length { grow(length) }
    }

    @inline(never)
    private mutating func grow(_ length: Int) {
        capacity = max(capacity * 2, count + length)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: storage, count: count)
        storage.deallocate()
        storage = larger
    }

    mutating func append(_ byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count += 1
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(text: String) {
        for byte in text.utf8 { append(byte) }
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        reserve(bytes.count)
        (storage + count).update(from: base, count: bytes.count)
        count += bytes.count
    }

    /// Appends a decimal number.
    mutating func append(_ value: Int64) {
        reserve(20)
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = count
        repeat {
            storage[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            count += 1
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableBufferPointer(start: storage + start, count: count - start)
        digits.reverse()
    }
}

// MARK: - JSON strings

extension ByteBuffer {
    /// Appends a JSON string with its quotes.
    mutating func appendString(_ text: String) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable {
            appendString(utf8: $0)
        }
        guard isWritten == nil else { return }
        Array(text.utf8).withUnsafeBufferPointer { appendString(utf8: $0) }
    }

    private mutating func appendString(utf8 text: UnsafeBufferPointer<UInt8>) {
        // A byte becomes six at most.
        reserve(text.count * 6 + 2)
        storage[count] = UInt8(ascii: "\"")
        count += 1
        var index = 0
        if let base = text.baseAddress {
            while text.count - index >= 8 {
                let word = UInt64(
                    littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
                guard word.stringSpecials == 0 else { break }
                UnsafeMutableRawPointer(storage + count)
                    .storeBytes(of: word.littleEndian, as: UInt64.self)
                count += 8
                index += 8
            }
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                appendEscape(byte)
            } else {
                storage[count] = byte
                count += 1
            }
            index += 1
        }
        storage[count] = UInt8(ascii: "\"")
        count += 1
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            append("u00")
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
