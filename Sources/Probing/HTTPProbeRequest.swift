import Addresses
import KubeAPI

/// The request of an HTTP probe (RFC 9112) and as much of the answer as counts.
struct HTTPProbeRequest {
    let bytes: [UInt8]

    init(
        address: IPSocketAddress, path: String, headers: [Probe.HTTPHeader]
    ) throws(ProbeFailure) {
        let path = path.hasPrefix("/") ? path : "/" + path
        var lines = ["GET \(path) HTTP/1.1"]
        let defaults = [
            ("Host", address.description), ("User-Agent", "kube-probe/pointsman"),
            ("Accept", "*/*"), ("Connection", "close"),
        ]
        for (name, value) in defaults
        where !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            lines.append("\(name): \(value)")
        }
        lines += headers.map { "\($0.name): \($0.value)" }
        guard lines.allSatisfy({ line in line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }),
            !path.contains(" ")
        else {
            throw ProbeFailure("path and headers of an HTTP probe must not hold control characters")
        }
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    enum Answer: Equatable {
        case code(Int)
        case incomplete
        case malformed
    }

    /// Reads the status line: `HTTP/1.1 200 OK`.
    static func statusCode(of answer: [UInt8]) -> Answer {
        let start = Array("HTTP/1.".utf8)
        guard answer.prefix(start.count).elementsEqual(start.prefix(answer.count)) else {
            return .malformed
        }
        guard answer.count >= 13 else { return .incomplete }
        let digits = answer[9..<12]
        guard answer[8] == 0x20, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            answer[12] == 0x20 || answer[12] == 0x0D || answer[12] == 0x0A
        else { return .malformed }
        return .code(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }
}
