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

    /// Our table of some family is there; false where that cannot be found out. What is in it goes on forwarding without
    /// this process.
    package static var isInForce: Bool {
        do throws(NetlinkError) {
            var socket = try NFTablesSocket()
            return try !families(&socket).isEmpty
        } catch {
            return false
        }
    }

    /// Removes our table of each family, if there is one: all traffic goes its own way at once.
    package static func removeTables() throws(DataPlaneError) -> [IPFamily] {
        do throws(NetlinkError) {
            var socket = try NFTablesSocket()
            let families = try families(&socket)
            for family in families {
                var batch = NFTables.Batch(family, table: NFTablesLayout.table)
                batch.deleteTable()
                try socket.commit(batch)
            }
            return families
        } catch {
            throw DataPlaneError("remove table \(NFTablesLayout.table): \(error)")
        }
    }

    /// Those of our tables that are there.
    private static func families(
        _ socket: inout NFTablesSocket
    ) throws(NetlinkError) -> [IPFamily] {
        var families: [IPFamily] = []
        for family in IPFamily.allCases {
            try socket.list(NFTables.ListRequest(.table, family), restart: {}) { content in
                if case .table(let table) = content, table.name == NFTablesLayout.table {
                    families.append(family)
                }
            }
        }
        return families
    }
}
