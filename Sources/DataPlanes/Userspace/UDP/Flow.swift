import Addresses
import Linux
import LoadBalancing

/// Datagrams between one client and one backend. Replies leave by the frontend's own socket, so they come from
/// the address that the client knows.
struct Flow: ~Copyable {
    let key: FlowKey
    let listener: RelayListener
    let list: BackendList
    /// Connected to the backend: it hears of its ICMP errors.
    var socket: UDPSocket
    var slot: BackendSlot
    var attempts = 1
    /// The latest datagram, for the next backend, until this one has answered.
    var unanswered: [UInt8] = []
    var hasAnswered = false
    var lastUse: UInt64 = 0
    /// Places in the order of use.
    var older: Int32 = -1
    var newer: Int32 = -1

    init(
        _ key: FlowKey, _ listener: RelayListener, _ list: BackendList, _ slot: BackendSlot,
        socket: consuming UDPSocket
    ) {
        self.key = key
        self.listener = listener
        self.list = list
        self.slot = slot
        self.socket = socket
    }
}

struct FlowKey: Hashable {
    let listener: Int
    let client: IPSocketAddress
}
