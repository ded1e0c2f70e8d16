import Addresses

/// Elements of one set, written as they come, in pieces that an attribute can hold.
struct ElementLists: Sendable {
    /// `nla_len` has 16 bits.
    private static let limit = 60000

    private(set) var pieces: [ByteWriter] = []

    /// - Returns: how many bytes it takes.
    mutating func append(_ element: NFTables.Element) -> Int {
        if pieces.last.map({ $0.count > Self.limit }) ?? true { pieces.append(ByteWriter()) }
        let last = pieces.count - 1
        let before = pieces[last].count
        element.write(to: &pieces[last])
        return pieces[last].count - before
    }
}

/// Writes the messages of a batch one behind another.
struct BatchEncoder {
    private let family: UInt8
    private let table: String
    private let firstSequence: UInt32
    private var writer: ByteWriter
    private var starts: [Int] = []

    init(family: IPFamily, table: String, sequence: UInt32, size: Int) {
        self.family = NFTables.family(family)
        self.table = table
        firstSequence = sequence
        writer = ByteWriter(reserving: size + size / 8 + 4096)
    }

    var encoded: NFTables.Batch.Encoded {
        NFTables.Batch.Encoded(bytes: writer.bytes, starts: starts, firstSequence: firstSequence)
    }

    mutating func begin() {
        message(.batchBegin, [], NetfilterHeader(family: 0, resource: NFTables.subsystem)) { _ in }
    }

    mutating func end() {
        message(.batchEnd, [], NetfilterHeader(family: 0, resource: NFTables.subsystem)) { _ in }
    }

    mutating func write(_ lists: ElementLists, _ verb: NFTables.Verb, set: String) {
        let name = table
        for piece in lists.pieces {
            message(verb, .element, verb == .new ? [.create] : []) { writer in
                writer.writeNames(name, 2, set)
                writer.writeNested(3) { $0.write(piece.bytes) }
            }
        }
    }

    mutating func message(
        _ verb: NFTables.Verb, _ subject: NFTables.Subject, _ flags: NetlinkFlags = [],
        _ body: (inout ByteWriter) -> Void
    ) {
        message(
            NFTables.message(verb, subject), flags, NetfilterHeader(family: family), body)
    }

    /// The number of the message within the batch, for what needs one of its own.
    mutating func message(
        _ verb: NFTables.Verb, _ subject: NFTables.Subject, _ flags: NetlinkFlags,
        _ body: (inout ByteWriter, UInt32) -> Void
    ) {
        let id = UInt32(starts.count)
        message(verb, subject, flags) { body(&$0, id) }
    }

    private mutating func message(
        _ type: NetlinkMessageType, _ flags: NetlinkFlags, _ header: NetfilterHeader,
        _ body: (inout ByteWriter) -> Void
    ) {
        let sequence = firstSequence &+ UInt32(starts.count)
        starts.append(writer.count)
        writer.writeLengthNative(UInt32.self, includingItself: true) { writer in
            writer.writeNative(type.rawValue)
            writer.writeNative(flags.union(.request).rawValue)
            writer.writeNative(sequence)
            writer.writeNative(UInt32(0))
            header.write(to: &writer)
            body(&writer)
        }
        writer.align(to: 4)
    }
}

extension ByteWriter {
    /// The table's name as attribute 1 and another name.
    mutating func writeNames(_ table: String, _ type: UInt16, _ name: String) {
        writeAttribute(1, table)
        writeAttribute(type, name)
    }
}
