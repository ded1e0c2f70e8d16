import Addresses
import Linux

/// A UDP flow: one source port that asks again and again.
final class DatagramFlow {
    private let socket: UDPSocket
    private let epoll: Epoll

    init(to destination: IPSocketAddress) throws(SystemError) {
        socket = try UDPSocket(connectedTo: destination)
        epoll = try Epoll()
        try epoll.add(socket.descriptor, .readable, token: 0)
    }

    /// Sends a byte and waits for who answers; nil: nobody did.
    func ask(milliseconds: Int32 = 500) throws(SystemError) -> Int? {
        var bytes: [UInt8] = [0]
        // Answers that come late are of an earlier question.
        while case .bytes = bytes.withUnsafeMutableBytes({ socket.descriptor.read(into: $0) }) {}
        _ = bytes.withUnsafeBytes { socket.descriptor.write($0) }
        var events = Epoll.EventBuffer(capacity: 1)
        guard try epoll.wait(&events, milliseconds: milliseconds) > 0,
            case .bytes = bytes.withUnsafeMutableBytes({ socket.descriptor.read(into: $0) })
        else { return nil }
        return Int(bytes[0])
    }

    /// Returns when Services answer: their servers listen, and they are in force. In the namespace of the calling thread.
    static func awaitAnswers(of services: [Cluster.Service]) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        for service in services {
            // Each question is a flow of its own, and may be refused.
            while try DatagramFlow(to: service.udp).ask() == nil {
                guard ContinuousClock.now < deadline else {
                    throw FailoverNetwork.Failure(
                        description: "Service \(service.name) does not answer")
                }
                try idle(milliseconds: 20)
            }
        }
    }
}
