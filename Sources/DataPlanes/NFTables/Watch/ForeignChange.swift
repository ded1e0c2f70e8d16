import Wire

/// Finds out of nf_tables' notifications whether somebody else has changed our table.
struct ForeignChangeDetector: Sendable {
    /// The netlink address of our own socket.
    let ownPort: UInt32
    /// Senders that have touched our table in a commit that is not complete yet.
    private var touched: Set<UInt32> = []

    init(ownPort: UInt32) { self.ownPort = ownPort }

    /// Takes one notification; answers who has changed our table when it is the last one of such a commit.
    mutating func take(_ message: NetlinkMessage) -> ForeignChange? {
        guard message.portID != ownPort,
            let content = (try? NFTables.content(of: message))?.content
        else { return nil }
        switch content {
        case .generation(_, let process, let name):
            guard touched.remove(message.portID) != nil else { return nil }
            return ForeignChange(process: process, name: name)
        case .table(let table): note(table.name, message)
        case .chain(let table, _), .rule(let table, _, _), .set(let table, _),
            .elements(let table, _, _):
            note(table, message)
        }
        return nil
    }

    private mutating func note(_ table: String, _ message: NetlinkMessage) {
        if table == NFTablesLayout.table { touched.insert(message.portID) }
    }
}

/// Who has changed our table.
package struct ForeignChange: Hashable, Sendable, CustomStringConvertible {
    /// 0 where it is not known: notifications were lost, or came while nobody listened.
    package var process: UInt32
    package var name: String

    static let unknown = ForeignChange(process: 0, name: "")

    package var description: String {
        process == 0 ? "somebody" : "\(name.isEmpty ? "a process" : name) (pid \(process))"
    }
}
