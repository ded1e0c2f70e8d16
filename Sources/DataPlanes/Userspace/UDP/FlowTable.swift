import Linux

/// The UDP flows of one thread, by client and in the order of their last use.
struct FlowTable: ~Copyable {
    /// Datagrams in one system call.
    static let batch = 32

    var slab = Slab<Flow>()
    private var places: [FlowKey: Int32] = [:]
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    let limit: Int
    var incoming = ReceivedDatagrams(capacity: batch)
    var outgoing = OutgoingDatagrams(capacity: batch)

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { slab.count >= limit }

    var oldestPlace: Int? { oldest < 0 ? nil : Int(oldest) }

    /// When the flow that is idle longest was last used.
    var oldestUse: UInt64? { oldest < 0 ? nil : slab[Int(oldest)].pointee.lastUse }

    func place(of key: FlowKey) -> Int? { places[key].map(Int.init) }

    mutating func insert(_ flow: consuming Flow, now: UInt64) -> Int {
        let key = flow.key
        let place = slab.insert(flow)
        places[key] = Int32(place)
        slab[place].pointee.lastUse = now
        append(place)
        return place
    }

    mutating func remove(_ place: Int) -> Flow {
        unlink(place)
        places[slab[place].pointee.key] = nil
        return slab.remove(place)
    }

    mutating func touch(_ place: Int, now: UInt64) {
        slab[place].pointee.lastUse = now
        guard newest != place else { return }
        unlink(place)
        append(place)
    }

    private mutating func append(_ place: Int) {
        slab[place].pointee.older = newest
        slab[place].pointee.newer = -1
        if newest >= 0 {
            slab[Int(newest)].pointee.newer = Int32(place)
        } else {
            oldest = Int32(place)
        }
        newest = Int32(place)
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (slab[place].pointee.older, slab[place].pointee.newer)
        if older >= 0 { slab[Int(older)].pointee.newer = newer } else { oldest = newer }
        if newer >= 0 { slab[Int(newer)].pointee.older = older } else { newest = older }
    }
}
