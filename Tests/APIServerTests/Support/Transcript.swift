import Foundation
import KubeAPI

/// What a client says and what it must be answered, as text:
///
///     # a comment
///     > GET /api/v1/services?watch=true        a request; then its headers
///     > Accept: application/json
///     >> {"kind":"Service"}                    its body: JSON, or `hex` and digits; may go on in the next line
///     < 200                                    the answer: code, headers
///     < Content-Type: application/json
///     << {"kind":"Service","spec":{}}          what the answer, or the next event of a watch, holds at least
///
/// `@name` before a mark is about a stream that stays open while other requests are sent. A string `$x` stands for one
/// value in the whole transcript, also in requests.
struct Transcript {
    enum Line {
        case request(method: String, target: String)
        case requestHeader(String)
        case body([UInt8])
        case code(Int)
        case header(name: String, value: String)
        case document(JSON)
    }

    struct Step {
        var number: Int
        /// nil for a request that is answered before the next step.
        var stream: String?
        var line: Line
    }

    var steps: [Step] = []

    init(_ text: String) throws {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            var rest = line.drop { $0 == " " }
            guard !rest.isEmpty, !rest.hasPrefix("#") else { continue }
            var stream: String?
            if rest.hasPrefix("@") {
                let name = rest.dropFirst().prefix { $0 != " " }
                stream = String(name)
                rest = rest.dropFirst(name.count + 1).drop { $0 == " " }
            }
            let mark = rest.prefix { $0 != " " }
            let content = rest.dropFirst(mark.count).drop { $0 == " " }
            guard let line = try Self.line(mark, content, isFirst: isFirst(stream)) else {
                throw CommandFailure(description: "line \(index + 1): \(line)")
            }
            steps.append(Step(number: index + 1, stream: stream, line: line))
        }
    }

    /// Whether a line of requests begins a new one: the one before is answered, or of another stream.
    private func isFirst(_ stream: String?) -> Bool {
        guard let last = steps.last, last.stream == stream else { return true }
        switch last.line {
        case .request, .requestHeader, .body: return false
        case .code, .header, .document: return true
        }
    }

    private static func line(
        _ mark: Substring, _ content: Substring, isFirst: Bool
    ) throws -> Line? {
        switch mark {
        case ">" where isFirst:
            let words = content.split(separator: " ")
            guard words.count == 2 else { return nil }
            return .request(method: String(words[0]), target: String(words[1]))
        case ">": return .requestHeader(String(content))
        case ">>" where content.hasPrefix("hex "):
            let digits = content.dropFirst(4).compactMap(\.hexDigitValue)
            return .body(
                stride(from: 0, to: digits.count - 1, by: 2).map {
                    UInt8(digits[$0] << 4 | digits[$0 + 1])
                })
        case ">>": return .body(Array(content.utf8))
        case "<<": return .document(try JSON(parsing: Array(content.utf8)))
        case "<":
            if let code = Int(content) { return .code(code) }
            let pair = content.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            return .header(
                name: pair[0].lowercased(), value: pair[1].trimmingCharacters(in: .whitespaces))
        default: return nil
        }
    }
}
