package import Addresses

extension NFTables {
    /// A request for a list: everything of a kind in a family, of one table or of one set of it.
    package struct ListRequest: Sendable {
        package var subject: Subject
        package var family: IPFamily
        package var table: String?
        package var set: String?

        package init(
            _ subject: Subject, _ family: IPFamily, table: String? = nil, set: String? = nil
        ) {
            self.subject = subject
            self.family = family
            self.table = table
            self.set = set
        }

        package func message(sequence: UInt32) -> NetlinkMessage {
            var writer = ByteWriter()
            NetfilterHeader(family: NFTables.family(family)).write(to: &writer)
            if let table { writer.writeAttribute(1, table) }
            if let set { writer.writeAttribute(2, set) }
            return NetlinkMessage(
                type: NFTables.message(.get, subject), flags: [.request, .dump],
                sequence: sequence, payload: writer.bytes)
        }
    }

    /// NFT_MSG_GETGEN: the number of the last commit in this network namespace.
    package static func generationRequest(sequence: UInt32) -> NetlinkMessage {
        var writer = ByteWriter()
        NetfilterHeader(family: 0).write(to: &writer)
        return NetlinkMessage(
            type: message(.get, .generation), flags: [.request], sequence: sequence,
            payload: writer.bytes)
    }
}
