package import Linux
import Synchronization
package import Wire

/// The connections that the kernel tracks, as far as the cleaner needs them. Calls may block.
package protocol TrackedFlows: Sendable {
    /// Deletes what matches and `isUnwanted`, and says how many that were.
    func delete(
        matching filter: ConntrackFilter, where isUnwanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> Int
}

/// The kernel's own.
package final class KernelFlows: TrackedFlows {
    private let table: Mutex<ConntrackTable>

    package init(_ table: consuming ConntrackTable) {
        self.table = Mutex(table)
    }

    package func delete(
        matching filter: ConntrackFilter, where isUnwanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> Int {
        try table.withLock { table throws(NetlinkError) in
            try table.delete(matching: filter, where: isUnwanted)
        }
    }
}
