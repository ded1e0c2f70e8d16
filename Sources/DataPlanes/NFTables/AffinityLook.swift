import Linux
import Synchronization
import Wire

/// Looks through what clients remember by a socket of its own, and on a thread of its own.
final class AffinityLook: Sendable {
    private let socket: Mutex<NFTablesSocket>

    init() throws(NetlinkError) {
        // Elements come and go all the time: a list of them is never true for long.
        socket = Mutex(try NFTablesSocket(toleratesChanges: true))
    }

    /// What is stale, or nil, and the memory with what was seen.
    func look(_ memory: AffinityMemory) async throws -> (NFTables.Batch?, AffinityMemory) {
        try await ThreadWork.run(named: "affinity") { [self] in
            var memory = memory
            let batch = try socket.withLock { socket in try memory.stale(&socket) }
            return (batch, memory)
        }
    }
}
