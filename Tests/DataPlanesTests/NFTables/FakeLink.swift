import Addresses
import Linux
import TestSupport
import Wire

@testable import DataPlanes

/// The way to a FakeKernel.
struct FakeLink: NFTablesKernel {
    var kernel: FakeKernel
    /// Called with the kernel after each commit, and before each list.
    var afterCommit: (inout FakeKernel) -> Void = { _ in }
    /// So many lists are interrupted by a change when they have told half of what there is.
    var interruptions = 0
    /// The list after so many others fails; nil: none does.
    var listsUntilFailure: Int?
    private var sequence: UInt32 = 1

    init(seed: UInt64 = 0) { kernel = FakeKernel(seed: seed) }

    mutating func commit(_ batch: NFTables.Batch) throws(NetlinkError) {
        let encoded = batch.encoded(sequence: sequence)
        sequence &+= UInt32(encoded.starts.count)
        do throws(FakeKernel.Refusal) {
            try kernel.commit(encoded.bytes)
        } catch {
            let message = encoded.message(error.sequence)
            throw .refused(
                operation: "change the table", Errno(rawValue: error.errno),
                reason: message.map { NFTables.describe($0, offset: nil) })
        }
        afterCommit(&kernel)
    }

    mutating func list(
        _ request: NFTables.ListRequest, restart: () -> Void,
        _ body: (NFTables.Content) throws(NetlinkParseError) -> Void
    ) throws(NetlinkError) {
        if let left = listsUntilFailure {
            listsUntilFailure = left == 0 ? nil : left - 1
            if left == 0 { throw .neverConsistent(operation: "list") }
        }
        let parts = kernel.list(request)
        do throws(NetlinkParseError) {
            if interruptions > 0 {
                interruptions -= 1
                for part in parts[..<(parts.count / 2)] { try body(part) }
                restart()
            }
            for part in parts { try body(part) }
        } catch {
            throw .malformed(operation: "list", error)
        }
    }
}
