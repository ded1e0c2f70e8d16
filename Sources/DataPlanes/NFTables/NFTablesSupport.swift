package import Addresses
import Linux
import Wire

/// Whether this process and this kernel can forward by nf_tables.
package enum NFTablesSupport {
    /// What is missing, in a sentence; nil: nothing. Asks in the network namespace of the calling thread.
    package static func missing() -> String? {
        guard Capability.netAdmin.isHeld else { return "CAP_NET_ADMIN is missing" }
        do throws(NetlinkError) {
            var socket = try NFTablesSocket()
            _ = try socket.generation()
            return nil
        } catch {
            return "the kernel has no nf_tables: \(error)"
        }
    }

    /// Removes our table of each family, if there is one: all traffic goes its own way at once.
    package static func removeTables() throws(DataPlaneError) -> [IPFamily] {
        var removed: [IPFamily] = []
        do throws(NetlinkError) {
            var socket = try NFTablesSocket()
            for family in IPFamily.allCases {
                var isThere = false
                try socket.list(NFTables.ListRequest(.table, family), restart: {}) { content in
                    if case .table(let table) = content, table.name == NFTablesLayout.table {
                        isThere = true
                    }
                }
                guard isThere else { continue }
                var batch = NFTables.Batch(family, table: NFTablesLayout.table)
                batch.deleteTable()
                try socket.commit(batch)
                removed.append(family)
            }
        } catch {
            throw DataPlaneError("remove table \(NFTablesLayout.table): \(error)")
        }
        return removed
    }
}
