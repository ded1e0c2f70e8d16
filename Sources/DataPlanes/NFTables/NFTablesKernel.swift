import Addresses
import Linux
import Wire

/// What the tables are kept in: nf_tables of a network namespace, or what stands for it in a test.
protocol NFTablesKernel: ~Copyable {
    /// All changes of the batch, or none.
    mutating func commit(_ batch: NFTables.Batch) throws(NetlinkError)

    /// Everything that the request asks for, in parts; nothing of what is not there. After `restart` all parts come
    /// once more.
    mutating func list(
        _ request: NFTables.ListRequest, restart: () -> Void,
        _ body: (NFTables.Content) throws(NetlinkParseError) -> Void
    ) throws(NetlinkError)
}

extension NFTablesKernel where Self: ~Copyable {
    /// The elements of one set of our table.
    mutating func elements(
        of set: SetName, _ family: IPFamily
    ) throws(NetlinkError) -> [NFTables.Element] {
        var elements: [NFTables.Element] = []
        try list(
            NFTables.ListRequest(
                .element, family, table: NFTablesLayout.table, set: set.text),
            restart: { elements = [] }
        ) { content in
            if case .elements(_, _, let more) = content { elements += more }
        }
        return elements
    }
}

extension NFTablesSocket: NFTablesKernel {}
