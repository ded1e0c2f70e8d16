import Glibc
import Testing

@testable import APIServer

@Suite("Listening")
struct ListenerTests {
    @Test("A listener that ends by itself ends the server with an error that names it")
    func endsLoudly() async throws {
        let error = await #expect(throws: ListenerEnded.self) {
            try await TestServer.with { server in
                let port = try #require(
                    server.address.split(separator: ":").last.flatMap { UInt16($0) })
                try #require(Self.shutDown(port: port))
                try await server.end()
            }
        }
        #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("listening on 127.0.0.1:"))
    }

    /// Makes the kernel end the socket of this process that listens on a port.
    private static func shutDown(port: UInt16) -> Bool {
        for descriptor in Int32(0)..<4096 {
            // A sockaddr_in: the port is in its third and fourth byte.
            var address = [UInt8](repeating: 0, count: 128)
            var length = socklen_t(address.count)
            let result = address.withUnsafeMutableBytes { bytes in
                getsockname(
                    descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
            }
            var listens: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard result == 0, address[2] == UInt8(port >> 8), address[3] == UInt8(port & 255),
                getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0,
                listens == 1
            else { continue }
            return shutdown(descriptor, Int32(SHUT_RDWR)) == 0
        }
        return false
    }
}
