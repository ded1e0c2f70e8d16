/// A query that waits for an upstream, and whom to answer.
struct PendingReply {
    enum Client {
        /// On the listener of this number.
        case datagram(DatagramClient, listener: Int)
        /// On the connection of this number.
        case stream(UInt64)

        var isDatagram: Bool {
            switch self {
            case .datagram: true
            case .stream: false
            }
        }
    }

    let client: Client
    let pending: Answerer.Pending
}
