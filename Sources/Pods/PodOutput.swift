import Linux

/// Where the lines of the Pods' processes go, one whole line at a time.
package struct PodOutput: Sendable {
    /// What a process wrote to its standard output.
    package var line: @Sendable (String) -> Void
    /// What it wrote to its standard error, and what the runner itself has to say.
    package var errorLine: @Sendable (String) -> Void

    package init(
        line: @escaping @Sendable (String) -> Void,
        errorLine: @escaping @Sendable (String) -> Void
    ) {
        self.line = line
        self.errorLine = errorLine
    }

    /// This process's own standard output and standard error.
    package static let standard = PodOutput(
        line: { StandardStream.output.write($0 + "\n") },
        errorLine: { StandardStream.error.write($0 + "\n") })
}

/// The name of a Pod in front of its lines.
struct LinePrefix: Sendable {
    let text: String

    /// `index` chooses the colour.
    init(_ pod: String, colours: Bool, index: Int) {
        text = colours ? "\u{1B}[3\(1 + (index + 1) % 6)m[\(pod)]\u{1B}[0m " : "[\(pod)] "
    }
}

/// Cuts what a process writes into lines.
struct LineAssembler {
    /// A line longer than this many bytes is given out in pieces.
    static let limit = 65536
    private var pending: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for part in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            lines.append(line(part))
        }
        pending += bytes.suffix(while: { $0 != 10 })
        if pending.count >= Self.limit { lines.append(line([])) }
        return lines
    }

    /// The last line, if it has no end.
    mutating func finish() -> String? { pending.isEmpty ? nil : line([]) }

    private mutating func line(_ end: ArraySlice<UInt8>) -> String {
        defer { pending = [] }
        var bytes = pending + end
        if bytes.last == 13 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Array where Element == UInt8 {
    /// The bytes behind the last one that `isInside` refuses.
    fileprivate func suffix(while isInside: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = lastIndex { !isInside($0) }.map { $0 + 1 } ?? 0
        return self[start...]
    }
}
