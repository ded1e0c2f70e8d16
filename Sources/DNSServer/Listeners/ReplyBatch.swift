import Addresses
import Linux

/// Answers to datagrams, sent together: those of one listener at a time.
struct ReplyBatch: ~Copyable {
    private var datagrams: OutgoingDatagrams
    private let slots: UnsafeMutableRawBufferPointer
    private let slotSize: Int
    /// Whose answers are in the batch.
    private var listener: Listener?

    /// Room for `capacity` answers of at most `slotSize` bytes.
    init(capacity: Int, slotSize: Int) {
        datagrams = OutgoingDatagrams(capacity: capacity)
        slots = .allocate(byteCount: capacity * slotSize, alignment: 16)
        self.slotSize = slotSize
    }

    deinit { slots.deallocate() }

    /// Adds an answer; sends the batch before if it is full or another listener's.
    mutating func append(_ bytes: [UInt8], to client: DatagramClient, on listener: Listener) {
        precondition(bytes.count <= slotSize)
        if datagrams.isFull || listener !== self.listener { send() }
        self.listener = listener
        let start = datagrams.count * slotSize
        let slot = UnsafeMutableRawBufferPointer(rebasing: slots[start..<start + bytes.count])
        slot.copyBytes(from: bytes)
        datagrams.append(UnsafeRawBufferPointer(slot), to: client.address, from: client.local)
    }

    /// Sends all; an answer that cannot be sent is dropped, as the network might: the client asks again.
    mutating func send() {
        var first = 0
        while let listener, first < datagrams.count {
            do {
                let count = try listener.udp.send(&datagrams, from: first)
                if count == 0 { break }
                first += count
            } catch {
                first += 1
            }
        }
        datagrams.removeAll()
    }
}

/// Who sent a datagram.
struct DatagramClient {
    let address: IPSocketAddress
    /// The address that was asked, where the listener has a wildcard.
    let local: IPAddress?
}
