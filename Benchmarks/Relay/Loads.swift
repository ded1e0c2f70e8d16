import Addresses
import Linux

/// Bytes that begin with what the sink is asked for.
private func message(_ kind: Character, _ count: Int) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: kind.asciiValue ?? 0)
    return UnsafeRawBufferPointer(bytes)
}

private final class Client {
    let socket: TCPSocket
    var hasSent = false
    init(_ target: IPSocketAddress, from source: IPSocketAddress? = nil) throws {
        socket = try TCPSocket(target.address.family, from: source)
        _ = try socket.connect(to: target)
    }
}

/// Opens connections without pause: connect, 64 bytes, 64 bytes back, the server's end.
final class ConnectionLoad {
    private let target: IPSocketAddress
    private let epoll: Epoll
    private var clients: [Client] = []
    private let request = message("R", 64)
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
    private var completed = 0
    private var failed = 0

    init(_ target: IPSocketAddress, _ concurrency: Int) throws {
        self.target = target
        epoll = try Epoll()
        for index in 0..<concurrency {
            clients.append(try Client(target))
            try watch(index)
        }
    }

    private func watch(_ index: Int) throws {
        try epoll.add(
            clients[index].socket.descriptor, [.readable, .writable, .edgeTriggered],
            token: UInt64(index))
    }

    /// New connections a second that were served to their end.
    func run(seconds: Int) throws -> Double {
        var events = Epoll.EventBuffer(capacity: 256)
        let start = MonotonicTime.nanoseconds
        let end = start + UInt64(seconds) * 1_000_000_000
        while MonotonicTime.nanoseconds < end {
            for index in 0..<(try epoll.wait(&events, milliseconds: 100)) {
                try serve(Int(events[index].token), events[index].ready)
            }
        }
        if failed > 0 { print("failed connections: \(failed)") }
        return Double(completed) * 1e9 / Double(MonotonicTime.nanoseconds - start)
    }

    private func serve(_ index: Int, _ ready: Epoll.Interest) throws {
        let client = clients[index]
        if ready.contains(.error) { return try replace(index, success: false) }
        if ready.contains(.writable), !client.hasSent {
            client.hasSent = true
            _ = client.socket.send(request)
        }
        guard ready.contains(.readable) else { return }
        while true {
            switch client.socket.receive(into: buffer) {
            case .bytes: continue
            case .wouldBlock: return
            case .end: return try replace(index, success: true)
            case .failed: return try replace(index, success: false)
            }
        }
    }

    private func replace(_ index: Int, success: Bool) throws {
        if success { completed += 1 } else { failed += 1 }
        clients[index] = try Client(target)
        try watch(index)
    }
}

/// Sends as fast as the connections take it.
final class StreamLoad {
    private let epoll: Epoll
    private var clients: [Client] = []
    private let payload = message("S", 1 << 18)

    init(_ target: IPSocketAddress, _ streams: Int) throws {
        epoll = try Epoll()
        for index in 0..<streams {
            let client = try Client(target)
            try epoll.add(client.socket.descriptor, .writable, token: UInt64(index))
            clients.append(client)
        }
    }

    /// Bytes sent.
    func run(seconds: Int) throws -> Int {
        var events = Epoll.EventBuffer(capacity: 64)
        var sent = 0
        let end = MonotonicTime.nanoseconds + UInt64(seconds) * 1_000_000_000
        while MonotonicTime.nanoseconds < end {
            for index in 0..<(try epoll.wait(&events, milliseconds: 100)) {
                let client = clients[Int(events[index].token)]
                if case .bytes(let count) = client.socket.send(payload) { sent += count }
            }
        }
        return sent
    }
}

/// Holds connections that have exchanged one byte.
final class IdleLoad {
    private let target: IPSocketAddress
    private let count: Int
    /// A thousand connections share a source: the kernel looks long for a free port where thousands are taken, also
    /// by connections of an earlier load that wait for their end. Hence another network each time.
    private let network: UInt32 = 0x7F51_0001 + UInt32.random(in: 0..<250) << 8

    init(_ target: IPSocketAddress, _ count: Int) {
        _ = try? DescriptorLimit.raiseToHardLimit()
        self.target = target
        self.count = count
    }

    /// Prints `ready` once all of them stand.
    func run(seconds: Int) throws {
        var clients: [Client] = []
        while clients.count < count {
            let group = min(250, count - clients.count)
            clients += try open(group, from: clients.count)
        }
        print("ready \(clients.count)")
        let epoll = try Epoll()
        var events = Epoll.EventBuffer(capacity: 1)
        _ = try epoll.wait(&events, milliseconds: Int32(seconds * 1000))
        withExtendedLifetime(clients) {}
    }

    /// Opens connections side by side, and waits until each has its byte back.
    private func open(_ group: Int, from first: Int) throws -> [Client] {
        let epoll = try Epoll()
        var events = Epoll.EventBuffer(capacity: 256)
        let byte = message("I", 1)
        var clients: [Client] = []
        for index in 0..<group {
            let source = IPAddress(ipv4: network + UInt32((first + index) / 1000))
            clients.append(try Client(target, from: IPSocketAddress(source, 0)))
            try epoll.add(
                clients[index].socket.descriptor, [.readable, .writable, .edgeTriggered],
                token: UInt64(index))
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 16)
        defer { buffer.deallocate() }
        var missing = group
        while missing > 0 {
            let count = try epoll.wait(&events, milliseconds: 10_000)
            guard count > 0 else { fatalError("\(missing) connections got no answer") }
            for index in 0..<count {
                let client = clients[Int(events[index].token)]
                if !client.hasSent, events[index].ready.contains(.writable) {
                    client.hasSent = true
                    _ = client.socket.send(byte)
                }
                if client.socket.receive(into: buffer) == .bytes(1) { missing -= 1 }
            }
        }
        return clients
    }
}
