/// The head of an HTTP/1 request (RFC 9112): as much of it as a health check needs.
struct HTTPRequest: Equatable, Sendable {
    /// `GET`, …; any token.
    var method: String
    /// The target without its query, as it was sent.
    var path: String

    /// How far a head has come.
    enum Reading: Equatable {
        case incomplete
        case request(HTTPRequest)
        /// It cannot be answered otherwise than with this code.
        case refused(Int)
    }

    /// What a whole head may have, in bytes.
    static let sizeLimit = 8192

    /// Reads the bytes of a connection so far. What comes after the head, a body, is not looked at.
    static func read(_ bytes: some RandomAccessCollection<UInt8>) -> Reading {
        guard let head = head(of: bytes) else {
            return bytes.count >= sizeLimit ? .refused(431) : .incomplete
        }
        let lines = head.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            $0.last == 0x0D ? $0.dropLast() : $0
        }
        guard let first = lines.first else { return .refused(400) }
        return read(first, lines.dropFirst())
    }

    /// Everything before the empty line that ends the head; nil: it has not come yet. Empty lines in front are
    /// passed over (RFC 9112, 2.2).
    private static func head<Bytes: RandomAccessCollection<UInt8>>(
        of bytes: Bytes
    ) -> Bytes.SubSequence? {
        let start = bytes.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? bytes.endIndex
        var lineStart = start
        for index in bytes[start...].prefix(sizeLimit).indices where bytes[index] == 0x0A {
            let line = bytes[lineStart..<index]
            if line.isEmpty || line.elementsEqual(CollectionOfOne(0x0D)) {
                return bytes[start..<lineStart]
            }
            lineStart = bytes.index(after: index)
        }
        return nil
    }

    private static func read<Bytes: BidirectionalCollection<UInt8>>(
        _ requestLine: Bytes, _ fields: some Sequence<Bytes>
    ) -> Reading {
        let parts = requestLine.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), isTarget(parts[1]),
            let isVersion1 = isVersion1(parts[2])
        else { return .refused(400) }
        guard isVersion1 else { return .refused(505) }
        var hosts = 0
        for field in fields where !field.isEmpty {
            guard let name = fieldName(field) else { return .refused(400) }
            if name == "host" { hosts += 1 }
        }
        // RFC 9112, 3.2: HTTP/1.1 wants exactly one; HTTP/1.0 knows none.
        let isOld = parts[2].last == UInt8(ascii: "0")
        guard hosts == 1 || isOld && hosts == 0 else { return .refused(400) }
        let path = parts[1].prefix { $0 != UInt8(ascii: "?") }
        return .request(
            HTTPRequest(
                method: String(decoding: parts[0], as: UTF8.self),
                path: String(decoding: path, as: UTF8.self)))
    }

    /// In lower case; nil for a line that is no field. Folded lines are obsolete and refused.
    private static func fieldName(_ line: some Collection<UInt8>) -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), isToken(line[..<colon]),
            line[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        else { return nil }
        return String(decoding: line[..<colon], as: UTF8.self).lowercased()
    }

    /// True for HTTP/1.x; nil: no version at all.
    private static func isVersion1(_ text: some Collection<UInt8>) -> Bool? {
        let text = Array(text)
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == UInt8(ascii: "."),
            isDigit(text[5]), isDigit(text[7])
        else { return nil }
        return text[5] == UInt8(ascii: "1")
    }

    private static func isTarget(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    private static func isToken(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty
            && text.allSatisfy {
                isDigit($0) || isLetter($0) || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
