import Glibc
import NIOCore

/// Reads HTTP answers as cheaply as can be: their length counts, and the line feeds in the body of a stream.
struct AnswerReader {
    enum Event: Equatable {
        /// A whole answer with its code and the bytes of its body.
        case answer(code: Int, length: Int)
        /// The head of an answer without a length.
        case stream
        /// So many lines of a stream ended in so many bytes.
        case lines(Int, bytes: Int)
    }

    private enum Phase {
        case head
        case body(code: Int, length: Int, rest: Int)
        case stream
    }

    private var phase = Phase.head
    private var pending = ByteBuffer()
    /// The last byte of a stream so far.
    private var last: UInt8 = 0

    mutating func read(_ buffer: ByteBuffer, _ report: (Event) -> Void) {
        var buffer = buffer
        while buffer.readableBytes > 0 {
            switch phase {
            case .head: readHead(&buffer, report)
            case .body(let code, let length, let rest):
                let count = min(rest, buffer.readableBytes)
                buffer.moveReaderIndex(forwardBy: count)
                phase = .body(code: code, length: length, rest: rest - count)
                finish(report)
            case .stream:
                let (lines, bytes) = (
                    buffer.withUnsafeReadableBytes { countLines(in: $0) }, buffer.readableBytes
                )
                buffer.moveReaderIndex(forwardBy: bytes)
                report(.lines(lines, bytes: bytes))
            }
        }
    }

    private mutating func readHead(_ buffer: inout ByteBuffer, _ report: (Event) -> Void) {
        pending.writeBuffer(&buffer)
        let end = pending.readableBytesView.firstRange(of: [13, 10, 13, 10])
        guard let end else { return }
        let length = end.upperBound - pending.readerIndex
        let (code, size) = pending.withUnsafeReadableBytes { bytes in
            Self.facts(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
        }
        pending.moveReaderIndex(forwardBy: length)
        buffer = pending
        pending = ByteBuffer()
        guard let size else {
            phase = .stream
            report(.stream)
            return
        }
        phase = .body(code: code, length: size, rest: size)
        finish(report)
    }

    private static let lengthField = Array("\ncontent-length: ".utf8)

    /// The code of a head that begins with `HTTP/1.1 200`, and what its Content-Length says.
    private static func facts(_ head: UnsafeRawBufferPointer) -> (code: Int, size: Int?) {
        func number(from start: Int) -> Int {
            head[start...].prefix { (48...57).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        let code = head.count > 12 ? number(from: 9) : 0
        let name = lengthField
        for start in head.indices.dropLast(name.count) where head[start] == 10 {
            let isFound = name.indices.allSatisfy { index in
                let byte = head[start + index]
                return ((65...90).contains(byte) ? byte + 32 : byte) == name[index]
            }
            if isFound { return (code, number(from: start + name.count)) }
        }
        return (code, nil)
    }

    private mutating func finish(_ report: (Event) -> Void) {
        guard case .body(let code, let length, 0) = phase else { return }
        phase = .head
        report(.answer(code: code, length: length))
    }

    /// A chunk ends with CR LF, a line of the body with "}" LF.
    private mutating func countLines(in bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var rest = bytes[...]
        while let base = rest.isEmpty ? nil : bytes.baseAddress?.advanced(by: rest.startIndex),
            let found = memchr(base, 10, rest.count)
        {
            let index = bytes.baseAddress.map { UnsafeRawPointer(found) - $0 } ?? 0
            if (index == 0 ? last : bytes[index - 1]) == UInt8(ascii: "}") { count += 1 }
            rest = bytes[(index + 1)...]
        }
        last = bytes.last ?? last
        return count
    }
}
