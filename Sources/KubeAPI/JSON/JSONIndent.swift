extension JSON {
    /// Compact JSON text with line breaks and two blanks a level, as people like to read it. The tokens stay as they
    /// are; bytes that are not JSON give other bytes that are not.
    package static func indented(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count * 2)
        var depth = 0
        var isInString = false
        var isEscaped = false
        func breakLine() {
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, depth) * 2))
        }
        for byte in text {
            if isInString {
                output.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            let opened = output.last.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                break
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if opened != true { breakLine() }
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                breakLine()
            case UInt8(ascii: ":"):
                output.append(byte)
                output.append(UInt8(ascii: " "))
            default:
                if opened == true { breakLine() }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                isInString = byte == UInt8(ascii: "\"")
                output.append(byte)
            }
        }
        return output
    }
}
