import Addresses
import Linux
import Logging
import Wire

extension ServerLoop {
    /// Answers what waits on a listener, at most a few batches, so that the other descriptors have their turn.
    func receiveDatagrams(_ index: Int) {
        let listener = listeners[index]
        for _ in 0..<4 {
            let count: Int
            do { count = try listener.udp.receive(into: &received) } catch {
                logger.debug("DNS receive failed", metadata: ["error": "\(error)"])
                return
            }
            for datagram in 0..<count { answerDatagram(datagram, index) }
            replies.send()
            if count < Self.batch { return }
        }
    }

    private func answerDatagram(_ datagram: Int, _ listener: Int) {
        // A source port of 0 cannot be answered.
        guard let source = received.source(datagram), source.port != 0 else { return }
        let client = PendingReply.Client.datagram(
            DatagramClient(address: source, local: received.destination(datagram)),
            listener: listener)
        switch answer(Array(received.payload(datagram)), from: client) {
        case .none: break
        case .now(let bytes): reply(bytes, to: client)
        case .later(let pending): forward(PendingReply(client: client, pending: pending))
        }
    }

    /// Adds to the batch that `receiveDatagrams` or `finish` sends.
    func reply(_ bytes: [UInt8], to client: PendingReply.Client) {
        switch client {
        case .datagram(let client, let listener):
            replies.append(bytes, to: client, on: listeners[listener])
        case .stream(let number): replyOnStream(bytes, number)
        }
    }
}
