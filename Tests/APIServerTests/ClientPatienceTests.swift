import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import APIServer

@Suite("The server's patience with its clients")
struct ClientPatienceTests {
    private static let limits: ClientLimits = {
        var limits = ClientLimits()
        limits.firstRequest = .seconds(30)
        limits.body = .seconds(60)
        limits.idle = .seconds(120)
        limits.unread = .seconds(50)
        return limits
    }()

    private static let head = HTTPServerRequestPart.head(
        HTTPRequestHead(version: .http1_1, method: .POST, uri: "/"))
    private static let answer: [HTTPServerResponsePart] = [
        .head(HTTPResponseHead(version: .http1_1, status: .ok)), .end(nil),
    ]

    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ClientPatience(limits))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// Lets the time pass and says whether the connection is still open.
    private static func lives(_ channel: EmbeddedChannel, after seconds: Int64) -> Bool {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
        return channel.isActive
    }

    @Test("A connection without a request is closed")
    func silent() throws {
        let channel = try Self.channel()
        #expect(Self.lives(channel, after: 29))
        #expect(!Self.lives(channel, after: 1))
    }

    @Test("A body that does not come to its end is closed, however many bytes trickle")
    func slowBody() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head)
        for _ in 0..<59 {
            try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: "x")))
            #expect(Self.lives(channel, after: 1))
        }
        #expect(!Self.lives(channel, after: 1))
    }

    @Test("An answer may take its time, and the next request too, but not for ever")
    func idle() throws {
        let channel = try Self.channel()
        for _ in 0..<3 {
            try channel.writeInbound(Self.head)
            try channel.writeInbound(HTTPServerRequestPart.end(nil))
            #expect(Self.lives(channel, after: 3600), "a watch")
            for part in Self.answer { try channel.writeOutbound(part) }
            #expect(Self.lives(channel, after: 119))
        }
        #expect(!Self.lives(channel, after: 1))
    }

    @Test("A client that does not read is closed, one that reads slowly is not")
    func unread() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        for _ in 0..<5 {
            channel.isWritable = false
            channel.pipeline.fireChannelWritabilityChanged()
            #expect(Self.lives(channel, after: 49))
            channel.isWritable = true
            channel.pipeline.fireChannelWritabilityChanged()
            #expect(Self.lives(channel, after: 100))
        }
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(!Self.lives(channel, after: 50))
    }

    @Test("One anonymous connection too many ends the oldest; named ones do not count")
    func anonymous() throws {
        let channels = try (0..<4).map { _ in try Self.channel() }
        let connections = Connections(mostAnonymous: 2)
        let ids = channels[..<2].map { connections.add($0) }
        connections.identify(ids[0])
        _ = connections.add(channels[2])
        #expect(channels.map(\.isActive) == [true, true, true, true])
        _ = connections.add(channels[3])
        #expect(channels.map(\.isActive) == [true, false, true, true])
    }
}
