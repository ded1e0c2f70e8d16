import Addresses
import Linux
import TestSupport
import Testing
import Watching

@testable import DataPlanes

@Suite("HTTP server", .blockingThreads)
struct HTTPServerTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func `An answer carries its fields, its length, and the end of the connection`(
        _ address: String
    ) async throws {
        let lab = try HTTPServerLab()
        let bound = try await lab.open(IPSocketAddress(address)!)
        let answer = try #require(try HTTPAnswer.get("/a?b", from: bound))
        #expect(answer.status == 200)
        #expect(answer.text == "GET /a")
        #expect(
            answer.fields == [
                "Content-Type": "application/json", "X-Content-Type-Options": "nosniff",
                "Content-Length": "6", "Connection": "close",
            ])
        await lab.server.stop()
    }

    @Test func `HEAD is answered without a body, and told its length`() async throws {
        let lab = try HTTPServerLab()
        let answer = try HTTPAnswer.get("/abc", from: try await lab.open(), method: "HEAD")
        #expect(answer?.body == [])
        #expect(answer?.fields["Content-Length"] == "9")
    }

    @Test func `A large body does not keep the answer from its client`() async throws {
        let lab = try HTTPServerLab()
        let body = [UInt8](repeating: 0x61, count: 512 << 10)
        let answer = try HTTPAnswer.get(
            "/b", from: try await lab.open(), method: "POST", body: body)
        #expect(answer?.text == "POST /b")
    }

    @Test func `A head too large, and one that is none, are refused`() async throws {
        let lab = try HTTPServerLab()
        let bound = try await lab.open()
        let long = String(repeating: "x", count: 20_000)
        #expect(try HTTPAnswer.get("/\(long)", from: bound)?.status == 431)
        let socket = try TestSocket(to: bound)
        try socket.send("\u{16}\u{3}\u{1}\r\n\r\n")
        #expect(HTTPAnswer(try socket.receiveAll())?.status == 400)
    }

    @Test func `A handler that answers nothing ends the connection`() async throws {
        let lab = try HTTPServerLab()
        #expect(try HTTPAnswer.get("/nothing", from: try await lab.open()) == nil)
    }

    @Test func `Slow clients hold up nobody, and are cut off`() async throws {
        let lab = try HTTPServerLab { $0.exchangeTimeout = .milliseconds(1500) }
        let bound = try await lab.open()
        let slow = try (0..<50).map { _ in try TestSocket(to: bound) }
        for socket in slow { try socket.send("GET /slow HTTP/1.1\r\nHo") }
        #expect(try HTTPAnswer.get("/quick", from: bound)?.text == "GET /quick")
        for socket in slow { #expect(try socket.receiveAll() == []) }
    }

    @Test func `A request that comes byte by byte is answered`() async throws {
        let lab = try HTTPServerLab()
        let socket = try TestSocket(to: try await lab.open())
        for byte in "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n".utf8 { try socket.send([byte]) }
        #expect(HTTPAnswer(try socket.receiveAll())?.text == "GET /slow")
    }

    @Test func `Of too many connections the oldest is closed`() async throws {
        let lab = try HTTPServerLab { $0.connectionLimit = 8 }
        let bound = try await lab.open()
        let idle = try (0..<30).map { _ in try TestSocket(to: bound) }
        #expect(try idle[0].receiveAll() == [])
        #expect(try HTTPAnswer.get("/last", from: bound)?.text == "GET /last")
        try idle[29].send("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(HTTPAnswer(try idle[29].receiveAll())?.text == "GET /idle")
    }

    @Test func `Many clients at once are all answered`() async throws {
        let lab = try HTTPServerLab()
        let bound = try await lab.open()
        let sockets = try (0..<300).map { _ in try TestSocket(to: bound) }
        for (index, socket) in sockets.enumerated() {
            try socket.send("GET /\(index) HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        for (index, socket) in sockets.enumerated() {
            #expect(HTTPAnswer(try socket.receiveAll())?.text == "GET /\(index)")
        }
    }

    @Test("Random bytes from clients leave the server answering", arguments: UInt64(1)...3)
    func fuzz(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let lab = try HTTPServerLab()
        let bound = try await lab.open()
        for _ in 0..<100 {
            let socket = try TestSocket(to: bound)
            let count = Int.random(in: 1...9000, using: &random)
            // The server may have refused it before all was sent.
            try? socket.send((0..<count).map { _ in .random(in: 0...255, using: &random) })
            if Bool.random(using: &random) { socket.reset() } else { socket.finish() }
        }
        #expect(try HTTPAnswer.get("/alive", from: bound)?.text == "GET /alive")
    }

    @Test func `An address in use is tried again until it is free`() async throws {
        let lab = try HTTPServerLab { $0.bindBackoff.first = .milliseconds(10) }
        do {
            let holder = try TCPListener(on: IPSocketAddress("127.0.0.1:0")!)
            let address = try holder.localAddress()
            lab.want(address)
            #expect(await lab.next() == .failed(.addressInUse))
            #expect(await lab.next() == .failed(.addressInUse))
        }
        while case .failed = await lab.next() {}
        let bound = try #require(lab.lastBound)
        #expect(try HTTPAnswer.get("/free", from: bound)?.text == "GET /free")
    }

    @Test func `A closed listener refuses; a stopped server does, and stops twice`() async throws {
        let lab = try HTTPServerLab()
        let first = lab.want(IPSocketAddress("127.0.0.1:0")!)
        _ = await lab.next()
        let one = try #require(lab.lastBound)
        let two = try await lab.open()
        lab.server.close(first)
        #expect(try HTTPAnswer.get("/", from: two)?.status == 200)
        #expect(throws: SystemError.self) { try TestSocket(to: one) }
        await lab.server.stop()
        await lab.server.stop()
        #expect(throws: SystemError.self) { try TestSocket(to: two) }
    }
}
