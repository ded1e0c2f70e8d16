/// Reads the tokens of a JSON text. It never looks beyond the end of its bytes, which must outlive it.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { index >= bytes.count }

    func failure(_ reason: JSONParseError.Reason) -> JSONParseError {
        JSONParseError(
            reason: index < bytes.count || reason != .unexpectedCharacter ? reason : .unexpectedEnd,
            offset: index)
    }

    mutating func advance() { index += 1 }

    mutating func skip(bytes count: Int) { index += count }

    /// The next eight bytes, the first in the low bits; nil if there are fewer.
    func nextWord() -> UInt64? { word(at: index) }

    /// Eight bytes from `start` on.
    func word(at start: Int) -> UInt64? {
        guard bytes.count - start >= 8, let base = bytes.baseAddress else { return nil }
        return UInt64(
            littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
    }

    mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    /// The next byte that is not a blank, not consumed; nil at the end.
    mutating func nextAfterBlanks() -> UInt8? {
        skipBlanks()
        return index < bytes.count ? bytes[index] : nil
    }

    mutating func consume(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func skip(_ text: StaticString) throws(JSONParseError) {
        for offset in 0..<text.utf8CodeUnitCount {
            guard index < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[index] == text.utf8Start[offset] else {
                throw failure(.unexpectedCharacter)
            }
            index += 1
        }
    }
}

// MARK: - Numbers

extension JSONScanner {
    mutating func number() throws(JSONParseError) -> JSON {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        try integerDigits()
        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count,
                bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
            {
                index += 1
            }
            try digits()
        }
        if isInteger, let value = integer(start..<index) { return .integer(value) }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw failure(.badNumber) }
        return .double(value)
    }

    private mutating func integerDigits() throws(JSONParseError) {
        guard index < bytes.count else { throw failure(.unexpectedEnd) }
        if bytes[index] == UInt8(ascii: "0") {
            index += 1
            if index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                throw failure(.badNumber)
            }
        } else {
            try digits()
        }
    }

    private mutating func digits() throws(JSONParseError) {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        guard index > start else { throw failure(isAtEnd ? .unexpectedEnd : .badNumber) }
    }

    private func integer(_ range: Range<Int>) -> Int64? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value: Int64 = 0
        for position in range.dropFirst(isNegative ? 1 : 0) {
            let digit = Int64(bytes[position] - 0x30)
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
