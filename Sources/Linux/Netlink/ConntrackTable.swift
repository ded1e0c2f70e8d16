package import Wire

/// The connections that the kernel tracks in one network namespace, by ctnetlink.
///
/// It speaks of the namespace of the thread that made it. Its calls block for as long as the kernel needs to go
/// through the table. However many entries are looked at, none is kept. Needs CAP_NET_ADMIN, and a kernel with
/// nf_conntrack_netlink.
package struct ConntrackTable: ~Copyable, Sendable {
    /// How many entries one datagram deletes: if none is there any more, all the answers must fit the receive buffer.
    private static let batchSize = 128
    private static let attempts = 16

    private var dumps: NetlinkSocket
    /// A socket that is in the middle of a dump takes no other requests.
    private var deletions: NetlinkSocket

    package init() throws(NetlinkError) {
        let first = try NetlinkSocket(.netfilter)
        let second = try NetlinkSocket(.netfilter)
        dumps = first
        deletions = second
    }

    /// Combines the entries that match, each as it comes. A table that changed its size under way is gone through
    /// again, from `initial`.
    package mutating func reduce<Result>(
        into initial: Result, matching filter: ConntrackFilter,
        _ combine: (inout Result, ConntrackEntry) -> Void
    ) throws(NetlinkError) -> Result {
        let operation = "list connections, \(filter)"
        for _ in 0..<Self.attempts {
            var result = initial
            let isConsistent = try dumps.stream(
                .getConntrackEntry, filter.dump, operation: operation
            ) { (message: ConntrackMessage) in
                guard let entry = ConntrackEntry(message), filter.matches(entry) else { return }
                combine(&result, entry)
            }
            if isConsistent { return result }
        }
        throw .neverConsistent(operation: operation)
    }

    /// Deletes, while it goes through the table, the entries that match and are `unwanted`. One that is gone
    /// already is no error, nor is another one in its place deleted.
    ///
    /// The kernel's own deletion by filter (IPCTNL_MSG_CT_DELETE without a whole tuple) is left alone: it cannot say
    /// "leads elsewhere than", does not tell how many went, of IPv6 deletes every address but the one that was meant,
    /// and kernels that do not know the filter refuse it or, as the attributes are, delete everything.
    /// - Returns: how many were deleted.
    package mutating func delete(
        matching filter: ConntrackFilter, where isUnwanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> Int {
        let operation = "list connections, \(filter)"
        var deleted = 0
        for _ in 0..<Self.attempts {
            var batch: [ConntrackEntry] = []
            let isConsistent = try dumps.stream(
                .getConntrackEntry, filter.dump, operation: operation
            ) { (message: ConntrackMessage) throws(NetlinkError) in
                guard let entry = ConntrackEntry(message), filter.matches(entry), isUnwanted(entry)
                else { return }
                batch.append(entry)
                guard batch.count == Self.batchSize else { return }
                deleted += try Self.delete(batch, with: &deletions)
                batch.removeAll(keepingCapacity: true)
            }
            deleted += try Self.delete(batch, with: &deletions)
            // A table that changed its size under way may have moved an entry past the dump.
            if isConsistent { return deleted }
        }
        throw .neverConsistent(operation: operation)
    }

    /// Deletes these very entries; one that is gone already is no error.
    /// - Returns: how many were deleted.
    package mutating func delete(_ entries: [ConntrackEntry]) throws(NetlinkError) -> Int {
        var deleted = 0
        for start in stride(from: 0, to: entries.count, by: Self.batchSize) {
            let batch = entries[start..<min(start + Self.batchSize, entries.count)]
            deleted += try Self.delete(Array(batch), with: &deletions)
        }
        return deleted
    }

    private static func delete(
        _ batch: [ConntrackEntry], with socket: inout NetlinkSocket
    ) throws(NetlinkError) -> Int {
        try socket.requests(
            .deleteConntrackEntry, batch.map(\.deletion), settled: [.noSuchEntry],
            operation: "delete connections")
    }
}
