/// Walks over the bytes of a YAML text; reads beyond the end give nothing.
struct YAMLScanner {
    private let bytes: [UInt8]
    private(set) var position = 0
    /// Counted from 1.
    private(set) var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// Bytes since the start of the line.
    var column: Int { position - lineStart }
    var isAtEnd: Bool { position >= bytes.count }
    var current: UInt8? { peek(0) }

    func peek(_ offset: Int) -> UInt8? {
        let index = position + offset
        return index < bytes.count ? bytes[index] : nil
    }

    var isAtLineEnd: Bool { Self.isLineEnd(current) }

    static func isLineEnd(_ byte: UInt8?) -> Bool {
        byte == nil || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// A blank, the end of the line or of the text.
    static func isBreak(_ byte: UInt8?) -> Bool {
        isLineEnd(byte) || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                lineStart = position
            } else if byte == UInt8(ascii: "\r"), peek(0) != UInt8(ascii: "\n") {
                line += 1
                lineStart = position
            }
        }
    }

    mutating func consume(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        advance()
        return true
    }

    /// Blanks of this line.
    mutating func skipBlanks() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { advance() }
    }

    /// The end of this line, as one line break.
    mutating func skipLineBreak() {
        if current == UInt8(ascii: "\r") { advance() }
        if current == UInt8(ascii: "\n") { advance() }
    }

    mutating func skipToLineEnd() {
        while !isAtLineEnd { advance() }
    }

    /// Blanks, then a comment, if there is one.
    mutating func skipBlanksAndComment() {
        let start = position
        skipBlanks()
        if current == UInt8(ascii: "#"), position > start || column == 0 { skipToLineEnd() }
    }

    /// To the next thing that is neither blank nor comment, on this line or a later one.
    mutating func skipToContent() {
        while !isAtEnd {
            skipBlanksAndComment()
            guard isAtLineEnd, !isAtEnd else { return }
            advance()
        }
    }

    /// `---` or `...` at the start of a line.
    var isAtDocumentMark: Bool { column == 0 && (isAt("---") || isAt("...")) }

    private func isAt(_ mark: String) -> Bool {
        mark.utf8.enumerated().allSatisfy { peek($0.offset) == $0.element }
            && Self.isBreak(peek(3))
    }

    /// `<<` without quotes, as the key of what a mapping takes over.
    var isAtMergeKey: Bool {
        let end = peek(2)
        return current == UInt8(ascii: "<") && peek(1) == UInt8(ascii: "<")
            && (end == UInt8(ascii: ":") || Self.isBreak(end))
    }

    func isAt(_ byte: UInt8, followedByBreak: Bool) -> Bool {
        current == byte && (!followedByBreak || Self.isBreak(peek(1)))
    }

    func text(from start: Int) -> String {
        String(decoding: bytes[start..<position], as: UTF8.self)
    }

    func failure(_ reason: String) -> YAMLError { YAMLError(line: line, reason: reason) }
}
