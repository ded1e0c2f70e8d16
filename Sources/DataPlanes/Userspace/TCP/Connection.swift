import Addresses
import Linux
import LoadBalancing

/// A client's connection with its backend's.
struct Connection: ~Copyable {
    let client: TCPSocket
    /// Replaced when a backend does not answer.
    var backend: TCPSocket
    let clientAddress: IPAddress
    let relay: ServicePortRelay
    let list: BackendList
    var slot: BackendSlot
    /// Backends tried so far.
    var attempts = 1
    /// False while the backend has not answered: no byte was relayed.
    var isConnected = false
    /// In the list of those that have more to move than one turn allows.
    var isQueued = false
    var up = Stream(isNoDelay: false)
    /// Accepted sockets inherit TCP_NODELAY from the listener.
    var down = Stream(isNoDelay: true)
    /// Place in the list of connections that are being made, which is in the order of deadlines.
    var deadline: UInt64 = 0
    var previous: Int32 = -1
    var next: Int32 = -1

    init(
        client: consuming TCPSocket, backend: consuming TCPSocket, clientAddress: IPAddress,
        relay: ServicePortRelay, list: BackendList, slot: BackendSlot
    ) {
        self.client = client
        self.backend = backend
        self.clientAddress = clientAddress
        self.relay = relay
        self.list = list
        self.slot = slot
    }
}
