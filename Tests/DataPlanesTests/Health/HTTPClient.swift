import Addresses
import KubeAPI
import Linux

/// An answer as a client sees it.
struct HTTPAnswer {
    var status: Int
    /// Names as they were sent.
    var fields: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON? { try? JSON(parsing: body) }

    /// Nil for what is no whole answer.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: "\r\n\r\n".utf8) })
        else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let status = head[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        self.status = status
        fields = Dictionary(
            head.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (String(line[..<$0]), String(line[line.index($0, offsetBy: 2)...]))
                }
            }, uniquingKeysWith: { "\($0), \($1)" })
        body = Array(bytes[(end + 4)...])
    }

    /// Asks and reads up to the end of the connection. Blocks.
    static func get(
        _ path: String, from address: IPSocketAddress, method: String = "GET", body: [UInt8] = []
    ) throws -> HTTPAnswer? {
        let socket = try TestSocket(to: address)
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(address)\r\n"
        if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        try socket.send(Array((head + "\r\n").utf8) + body)
        return HTTPAnswer(try socket.receiveAll())
    }
}
