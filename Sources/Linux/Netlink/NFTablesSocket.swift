import Addresses
package import Wire

/// nf_tables of one network namespace: commits batches and lists what is there. Its calls block for as long as the
/// kernel works, which is a second for a batch of a million elements. Needs CAP_NET_ADMIN.
package struct NFTablesSocket: ~Copyable, Sendable {
    private var socket: NetlinkSocket
    /// Batches that were committed: each makes the generation one more.
    package private(set) var commits: UInt32 = 0

    /// The sendmsg of a batch larger than this is refused by the kernel.
    package static let largestBatch = 192 << 20

    private let toleratesChanges: Bool

    /// - Parameter toleratesChanges: lists do not begin again where a change interrupts them: what changes meanwhile may be
    ///   in them, or may not.
    package init(toleratesChanges: Bool = false) throws(NetlinkError) {
        self.toleratesChanges = toleratesChanges
        let socket = try NetlinkSocket(.netfilter)
        try socket.setBuffers(send: Int32(Self.largestBatch), receive: 4 << 20)
        self.socket = socket
    }

    /// Notifications of what was committed through this socket carry this number.
    package var portID: UInt32 { socket.portID }

    /// Makes all changes of a batch, or none: then the error names the first that was refused.
    package mutating func commit(_ batch: NFTables.Batch) throws(NetlinkError) {
        let encoded = batch.encoded(sequence: socket.nextSequence())
        _ = socket.nextSequence(UInt32(encoded.starts.count))
        let operation = "change table \(batch.family == .ipv4 ? "ip" : "ip6") \(batch.table)"
        try socket.send(encoded.bytes, operation)
        // The kernel has done its work when sendmsg returns: all that it has to say is there.
        var refusal: NetlinkError?
        while let messages = try socket.receiveNow(operation) {
            for message in messages where message.type == .error && refusal == nil {
                refusal = try Self.refusal(message, encoded, operation)
            }
        }
        if let refusal { throw refusal }
        commits &+= 1
    }

    private static func refusal(
        _ message: NetlinkMessage, _ batch: NFTables.Batch.Encoded, _ operation: String
    ) throws(NetlinkError) -> NetlinkError? {
        let reply: NetlinkErrorReply
        do {
            reply = try NetlinkErrorReply(parsing: message)
        } catch {
            throw .malformed(operation: operation, error)
        }
        guard reply.code != 0 else { return nil }
        var reason = reply.message
        if let request = batch.message(message.sequence) {
            let what = NFTables.describe(request, offset: reply.offset)
            reason = [what, reply.message].compactMap { $0 }.joined(separator: ": ")
        }
        return .refused(operation: operation, Errno(rawValue: reply.code), reason: reason)
    }

    /// The number of the last commit by anybody in this namespace.
    package mutating func generation() throws(NetlinkError) -> UInt32 {
        let operation = "nf_tables generation"
        let sequence = socket.nextSequence()
        try socket.send(
            NFTables.generationRequest(sequence: sequence).encoded(), operation)
        while true {
            for message in try socket.receive(operation) where message.sequence == sequence {
                do throws(NetlinkParseError) {
                    if case .generation(let number, _, _)? = try NFTables.content(of: message)?
                        .content
                    {
                        return number
                    }
                } catch {
                    throw .malformed(operation: operation, error)
                }
                if message.type == .error, try Self.isGone(message, operation) { return 0 }
            }
        }
    }

    /// Lists everything of one kind, message by message. What is not there at all lists as nothing. A list that was
    /// interrupted by a change begins again, which `restart` is told.
    package mutating func list(
        _ request: NFTables.ListRequest, restart: () -> Void,
        _ body: (NFTables.Content) throws(NetlinkParseError) -> Void
    ) throws(NetlinkError) {
        let operation = "list nf_tables"
        for _ in 0..<64 {
            if try listOnce(request, operation, body) { return }
            restart()
        }
        throw .neverConsistent(operation: operation)
    }

    private mutating func listOnce(
        _ request: NFTables.ListRequest, _ operation: String,
        _ body: (NFTables.Content) throws(NetlinkParseError) -> Void
    ) throws(NetlinkError) -> Bool {
        let sequence = socket.nextSequence()
        try socket.send(request.message(sequence: sequence).encoded(), operation)
        var isConsistent = true
        while true {
            for message in try socket.receive(operation) where message.sequence == sequence {
                if message.flags.contains(.dumpInterrupted), !toleratesChanges {
                    isConsistent = false
                }
                switch message.type {
                case .done: return isConsistent
                case .error:
                    guard try Self.isGone(message, operation) else { continue }
                    return true
                default:
                    do throws(NetlinkParseError) {
                        guard isConsistent, let (_, content) = try NFTables.content(of: message)
                        else { continue }
                        try body(content)
                    } catch {
                        throw .malformed(operation: operation, error)
                    }
                }
            }
        }
    }

    private static func isGone(
        _ message: NetlinkMessage, _ operation: String
    ) throws(NetlinkError) -> Bool {
        let reply: NetlinkErrorReply
        do {
            reply = try NetlinkErrorReply(parsing: message)
        } catch {
            throw .malformed(operation: operation, error)
        }
        let errno = Errno(rawValue: reply.code)
        if reply.code == 0 || errno == .noSuchEntry { return true }
        throw .refused(operation: operation, errno, reason: reply.message)
    }
}
