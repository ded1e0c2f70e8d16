/// What an epoll event is about, in its 64 bits: kind, index and the index's generation, so that an event of a
/// connection that has ended in the meantime is not taken for its successor's.
struct RelayToken {
    enum Kind: UInt64 {
        case inbox, listener, client, backend, flow
    }

    let kind: Kind
    let index: Int
    let generation: UInt32

    init(_ kind: Kind, _ index: Int = 0, generation: UInt32 = 0) {
        self.kind = kind
        self.index = index
        self.generation = generation
    }

    init(bits: UInt64) {
        kind = Kind(rawValue: bits & 7) ?? .inbox
        index = Int(bits >> 3 & 0x1FFF_FFFF)
        generation = UInt32(bits >> 32)
    }

    var bits: UInt64 { kind.rawValue | UInt64(index) << 3 | UInt64(generation) << 32 }
}
