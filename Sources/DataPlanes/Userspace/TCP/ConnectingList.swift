/// The connections that wait for their backend's answer, the earliest deadline first. As all have the same
/// timeout, that is the order in which they began. The links are in the connections themselves.
struct ConnectingList {
    private(set) var first: Int32 = -1
    private var last: Int32 = -1

    mutating func append(_ index: Int, in slab: borrowing Slab<Connection>) {
        let connection = slab[index]
        connection.pointee.previous = last
        connection.pointee.next = -1
        if last >= 0 { slab[Int(last)].pointee.next = Int32(index) } else { first = Int32(index) }
        last = Int32(index)
    }

    mutating func remove(_ index: Int, in slab: borrowing Slab<Connection>) {
        let connection = slab[index]
        let (previous, next) = (connection.pointee.previous, connection.pointee.next)
        if previous >= 0 { slab[Int(previous)].pointee.next = next } else { first = next }
        if next >= 0 { slab[Int(next)].pointee.previous = previous } else { last = previous }
    }
}
