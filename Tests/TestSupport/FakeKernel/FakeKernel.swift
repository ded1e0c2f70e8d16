package import Addresses
package import Wire

/// A kernel's nf_tables without a kernel: takes the bytes of batches, all or nothing, refuses what the kernel refuses,
/// and shows what becomes of packets. Its time and its randomness are the test's.
package struct FakeKernel: Sendable {
    struct TableKey: Hashable, Sendable {
        var family: UInt8
        var name: String
    }

    /// Which message of a batch was refused, and with which errno.
    package struct Refusal: Error, Equatable, Sendable {
        package var errno: Int32
        package var sequence: UInt32
    }

    /// The number of the last commit.
    package private(set) var generation: UInt32 = 1
    /// How many batches came, also those that were refused.
    package private(set) var batches = 0
    /// Faults of a faulty kernel: errnos by the number of the batch.
    private var faults: [Int: Int32] = [:]
    /// Milliseconds.
    package var now: UInt64 = 0
    /// Addresses of the host itself.
    package var localAddresses: Set<IPAddress> = []
    var tables: [TableKey: FakeTable] = [:]
    var random: SplitMix64

    package init(seed: UInt64 = 0) { random = SplitMix64(seed: seed) }

    /// Lets the batch after so many others fail, whatever it holds.
    package mutating func failBatch(after others: Int = 0, errno: Int32) {
        faults[batches + others] = errno
    }

    /// Carries out a batch as `NFTables.Batch.encoded` writes it.
    package mutating func commit(_ datagram: [UInt8]) throws(Refusal) {
        defer { batches += 1 }
        guard let messages = try? NetlinkMessage.parse(datagram), messages.count >= 2,
            messages.first?.type.rawValue == 0x10, messages.last?.type.rawValue == 0x11
        else { throw Refusal(errno: FakeErrno.invalid.rawValue, sequence: 0) }
        if let errno = faults[batches] {
            throw Refusal(errno: errno, sequence: messages[1].sequence)
        }
        var transaction = FakeTransaction(tables: tables, now: now)
        for message in messages.dropFirst().dropLast() {
            do throws(FakeErrno) {
                try transaction.perform(message)
            } catch {
                throw Refusal(errno: error.rawValue, sequence: message.sequence)
            }
        }
        do throws(FakeErrno) {
            try transaction.validate()
        } catch {
            throw Refusal(errno: error.rawValue, sequence: messages[0].sequence)
        }
        tables = transaction.tables
        generation += 1
    }

    /// What a request lists, in as many parts as the kernel sends messages; nothing of what is not there.
    package func list(_ request: NFTables.ListRequest) -> [NFTables.Content] {
        let family = NFTables.family(request.family)
        let found = tables.filter {
            $0.key.family == family && (request.table == nil || request.table == $0.key.name)
        }
        return found.sorted { $0.key.name < $1.key.name }.flatMap { $0.value.list(request, now) }
    }
}

/// What the kernel refuses with; Linux' numbers.
enum FakeErrno: Int32, Error {
    case noSuchEntry = 2
    case busy = 16
    case exists = 17
    case invalid = 22
    case full = 23
    case tooManyLinks = 31
    case outOfRange = 34
    case noData = 61
    case notSupported = 95
}
