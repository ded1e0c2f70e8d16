// Block scalars: `|` keeps lines as they are, `>` folds them.
extension YAMLParser {
    private struct Header {
        var isFolded = false
        /// "-": no line break at the end; "+": all of them; nil: one.
        var chomping: UInt8?
        /// Given, relative to the parent.
        var indent: Int?
    }

    mutating func blockScalar(parent: Int) throws(YAMLError) -> String {
        let header = try header()
        var lines: [String] = []
        var indent = header.indent.map { max(parent, 0) + $0 }
        while !scanner.isAtEnd {
            var ahead = scanner
            while ahead.current == UInt8(ascii: " "), ahead.column < indent ?? Int.max {
                ahead.advance()
            }
            if ahead.isAtLineEnd {
                lines.append("")
            } else {
                let least = indent ?? max(parent + 1, 0)
                guard ahead.column >= least, !ahead.isAtDocumentMark else { break }
                indent = indent ?? ahead.column
                let start = ahead.position
                ahead.skipToLineEnd()
                lines.append(ahead.text(from: start))
            }
            scanner = ahead
            scanner.skipLineBreak()
        }
        // Where no text follows, the line that ends the scalar has not been read.
        return Self.text(lines, header)
    }

    private mutating func header() throws(YAMLError) -> Header {
        var header = Header(isFolded: scanner.current == UInt8(ascii: ">"))
        scanner.advance()
        while let byte = scanner.current, !YAMLScanner.isBreak(byte) {
            switch byte {
            case UInt8(ascii: "+"), UInt8(ascii: "-"): header.chomping = byte
            case UInt8(ascii: "1")...UInt8(ascii: "9"):
                header.indent = Int(byte - UInt8(ascii: "0"))
            default: throw scanner.failure("did not find expected comment or line break")
            }
            scanner.advance()
        }
        scanner.skipBlanksAndComment()
        guard scanner.isAtLineEnd else {
            throw scanner.failure("did not find expected comment or line break")
        }
        scanner.skipLineBreak()
        return header
    }

    private static func text(_ lines: [String], _ header: Header) -> String {
        let content = lines.count - lines.reversed().prefix { $0.isEmpty }.count
        let body = Array(lines.prefix(content))
        let text = header.isFolded ? folded(body) : body.joined(separator: "\n")
        switch header.chomping {
        case UInt8(ascii: "-"): return text
        case UInt8(ascii: "+"):
            let breaks = lines.count - content + (content > 0 ? 1 : 0)
            return text + String(repeating: "\n", count: breaks)
        default: return content == 0 ? "" : text + "\n"
        }
    }

    /// A line break between two lines of text is a blank; lines that begin with one keep theirs.
    private static func folded(_ lines: [String]) -> String {
        var text = ""
        var isFirst = true
        var empty = 0
        var wasIndented = false
        for line in lines {
            if line.isEmpty {
                empty += 1
                continue
            }
            let isIndented = line.first == " " || line.first == "\t"
            if isFirst {
                text += String(repeating: "\n", count: empty)
            } else if isIndented || wasIndented {
                text += String(repeating: "\n", count: empty + 1)
            } else {
                text += empty == 0 ? " " : String(repeating: "\n", count: empty)
            }
            text += line
            isFirst = false
            empty = 0
            wasIndented = isIndented
        }
        return text
    }
}
