import Linux

/// One direction of a relayed connection: takes bytes from the source socket for as long as the target takes
/// them, so that each side feels the other's back-pressure. It copies at first and splices once the direction
/// has shown volume.
struct Stream: ~Copyable {
    /// What a turn ended with.
    enum Outcome {
        /// Nothing can be moved before an event says so.
        case waiting
        /// There is more to move, but others have to get their turn.
        case budgetSpent
        /// The source has ended and all its bytes are delivered: the target's FIN is due.
        case ended
        /// A side has failed: the other one is to be reset.
        case failed
    }

    /// Bytes after which a direction splices.
    static let spliceThreshold = 64 << 10
    /// Bytes of one turn.
    static let budget = 4 << 20

    /// As far as events and short transfers tell: edges are reported once.
    var isSourceReadable = false
    var isTargetWritable = true
    /// The source has sent FIN; bytes may still wait before it.
    var hasSourceFIN = false
    /// FIN was relayed.
    private(set) var isDone = false
    private var isAtEnd = false
    /// TCP_NODELAY is set with the second write; the first one is never held back.
    private var hasWritten = false
    private var isNoDelay: Bool
    private var moved = 0
    private var pipe: PooledPipe?
    private var inPipe = 0
    private var leftover: UnsafeMutableRawBufferPointer?
    private var leftoverStart = 0

    init(isNoDelay: Bool) { self.isNoDelay = isNoDelay }

    deinit { leftover?.deallocate() }

    /// Whether a turn could do something.
    var isReady: Bool {
        !isDone && isTargetWritable && (isSourceReadable || inPipe > 0 || leftover != nil)
    }

    var hasLeftover: Bool { leftover != nil }

    /// What was read before there was a target.
    mutating func begin(with bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        moved = bytes.count
        keep(bytes)
    }

    mutating func markDone() { isDone = true }

    /// Gives the pipe back before the stream goes.
    mutating func close(_ pipes: inout PipePool) {
        guard let pipe = pipe.take() else { return }
        if inPipe == 0 { pipes.give(pipe) } else { pipes.discard(pipe) }
    }

    /// Moves what can be moved.
    mutating func pump(
        from source: borrowing TCPSocket, to target: borrowing TCPSocket,
        _ scratch: UnsafeMutableRawBufferPointer, _ pipes: inout PipePool
    ) -> Outcome {
        let limit = moved + Self.budget
        while moved < limit {
            if let outcome = deliver(to: target) { return outcome }
            if isAtEnd { return .ended }
            guard isSourceReadable else {
                returnPipe(&pipes)
                return .waiting
            }
            if moved >= Self.spliceThreshold, pipe == nil { pipe = pipes.take() }
            let isOpen = pipe != nil ? fill(from: source) : copy(from: source, to: target, scratch)
            if !isOpen { return .failed }
        }
        return .budgetSpent
    }

    /// Delivers what was taken from the source before; nil once nothing of it is left.
    private mutating func deliver(to target: borrowing TCPSocket) -> Outcome? {
        while inPipe > 0 {
            guard isTargetWritable, let pipe else { return .waiting }
            switch pipe.pipe.readEnd.splice(to: target.descriptor, count: inPipe) {
            case .bytes(let count): inPipe -= count
            case .wouldBlock: isTargetWritable = false
            case .end, .failed: return .failed
            }
        }
        while let leftover {
            guard isTargetWritable else { return .waiting }
            let bytes = UnsafeRawBufferPointer(rebasing: leftover[leftoverStart...])
            switch target.send(bytes) {
            case .bytes(let count): leftoverStart += count
            case .wouldBlock: isTargetWritable = false
            case .end, .failed: return .failed
            }
            if leftoverStart == leftover.count {
                leftover.deallocate()
                self.leftover = nil
            }
        }
        return nil
    }

    /// Splices from the source into the pipe, which is empty.
    private mutating func fill(from source: borrowing TCPSocket) -> Bool {
        guard let pipe else { return true }
        let capacity = pipe.pipe.capacity
        switch source.descriptor.splice(to: pipe.pipe.writeEnd, count: capacity) {
        case .bytes(let count):
            inPipe = count
            moved += count
        case .end: isAtEnd = true
        // The pipe is empty, so it is the source that has nothing.
        case .wouldBlock: isSourceReadable = false
        case .failed: return false
        }
        return true
    }

    private mutating func copy(
        from source: borrowing TCPSocket, to target: borrowing TCPSocket,
        _ scratch: UnsafeMutableRawBufferPointer
    ) -> Bool {
        switch source.receive(into: scratch) {
        case .bytes(let count):
            moved += count
            if count < scratch.count {
                // Less than there was room for: all is read. FIN came before, if its event did.
                if hasSourceFIN { isAtEnd = true } else { isSourceReadable = false }
            }
            return send(UnsafeRawBufferPointer(rebasing: scratch[..<count]), to: target)
        case .end: isAtEnd = true
        case .wouldBlock: isSourceReadable = false
        case .failed: return false
        }
        return true
    }

    private mutating func send(_ bytes: UnsafeRawBufferPointer, to target: borrowing TCPSocket)
        -> Bool
    {
        if hasWritten, !isNoDelay {
            target.setNoDelay()
            isNoDelay = true
        }
        hasWritten = true
        var sent = 0
        if isTargetWritable {
            switch target.send(bytes, isLast: isAtEnd) {
            case .bytes(let count): sent = count
            case .wouldBlock: break
            case .end, .failed: return false
            }
        }
        if sent < bytes.count { keep(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
        return true
    }

    /// What the target did not take waits here, at most one scratch buffer; nothing more is read meanwhile.
    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        copy.copyMemory(from: bytes)
        leftover = copy
        leftoverStart = 0
        // If it was a short write, the next one finds out whether there is room.
    }

    private mutating func returnPipe(_ pipes: inout PipePool) {
        guard inPipe == 0, let pipe = pipe.take() else { return }
        pipes.give(pipe)
    }
}
