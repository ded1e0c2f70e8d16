import NIOCore

/// Reads HTTP answers as cheaply as can be: their length counts, and the line feeds in the body of a stream.
struct AnswerReader {
    enum Event: Equatable {
        /// A whole answer with its code and the bytes of its body.
        case answer(code: Int, length: Int)
        /// The head of an answer without a length.
        case stream
        /// So many lines of a stream ended.
        case lines(Int)
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
                // A chunk ends with CR LF, a line of the body with "}" LF.
                let lines = buffer.withUnsafeReadableBytes { countLines(in: $0) }
                buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
                if lines > 0 { report(.lines(lines)) }
            }
        }
    }

    private mutating func readHead(_ buffer: inout ByteBuffer, _ report: (Event) -> Void) {
        pending.writeBuffer(&buffer)
        let end = pending.readableBytesView.firstRange(of: [13, 10, 13, 10])
        guard let end else { return }
        let length = end.upperBound - pending.readerIndex
        let head = (pending.readString(length: length) ?? "").lowercased()
        buffer = pending
        pending = ByteBuffer()
        let code = head.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        let field = "content-length:"
        let line = head.split(separator: "\r\n").first { $0.hasPrefix(field) }
        guard let line, let size = Int(line.dropFirst(field.count).drop { $0 == " " }) else {
            phase = .stream
            report(.stream)
            return
        }
        phase = .body(code: code ?? 0, length: size, rest: size)
        finish(report)
    }

    private mutating func finish(_ report: (Event) -> Void) {
        guard case .body(let code, let length, 0) = phase else { return }
        phase = .head
        report(.answer(code: code, length: length))
    }

    private mutating func countLines(in bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in bytes {
            if byte == UInt8(ascii: "\n"), last == UInt8(ascii: "}") { count += 1 }
            last = byte
        }
        return count
    }
}
