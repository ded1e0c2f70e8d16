import Testing

@testable import Wire

@Suite("The types of sets are described as nft describes them")
struct NFTablesSetUserDataTests {
    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let key: NFTables.SetType
        var data: NFTables.SetType?
        /// What nft 1.0.6 writes for the declaration.
        let bytes: String
    }

    static let cases: [Case] = [
        Case(
            description: "type ipv4_addr . inet_proto . inet_service",
            key: NFTables.SetType(.ipv4Address, .l4Protocol, .port),
            bytes: "000400000000" + "030800040d0000000100"),
        Case(
            description: "type ipv4_addr . inet_proto . inet_service : classid",
            key: NFTables.SetType(.ipv4Address, .l4Protocol, .port),
            data: NFTables.SetType(.classID),
            bytes: "000400000000" + "010401000000" + "030800040d0000000100" + "060400000000"),
        Case(
            description: "type ipv4_addr", key: NFTables.SetType(.ipv4Address),
            bytes: "000402000000"),
        Case(
            description: "type classid", key: NFTables.SetType(.classID), bytes: "000401000000"),
        Case(
            description: "type classid : verdict", key: NFTables.SetType(.classID),
            data: NFTables.SetType(.verdict),
            bytes: "000401000000" + "010400000000" + "060400000000"),
        Case(
            description:
                "typeof meta priority . numgen random mod 2 : ip daddr . tcp dport",
            key: NFTables.SetType(.priority, .number),
            data: NFTables.SetType(.destinationAddress4, .destinationPort),
            bytes: "000400000000" + "010400000000" + "033400040d000000012c"
                + "000e0004090000000106000402000000"
                + "011a0004170000000112000401000000010402000000020400000000"
                + "043400040d000000012c0014000407000000010c00040c00000001040c000000"
                + "0114000407000000010c000408000000010402000000" + "060400000000"),
        Case(
            description: "typeof ip saddr . meta priority : ip daddr . tcp dport",
            key: NFTables.SetType(.sourceAddress4, .priority),
            data: NFTables.SetType(.destinationAddress4, .destinationPort),
            bytes: "000400000000" + "010400000000"
                + "032e00040d0000000126"
                + "0014000407000000010c00040c00000001040b000000010e0004090000000106000402000000"
                + "043400040d000000012c0014000407000000010c00040c00000001040c000000"
                + "0114000407000000010c000408000000010402000000" + "060400000000"),
    ]

    @Test(arguments: cases)
    func sameBytes(_ example: Case) {
        let set = NFTables.Set("s", key: example.key, data: example.data)
        let written = set.userData.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        #expect(written.joined() == example.bytes)
    }
}
