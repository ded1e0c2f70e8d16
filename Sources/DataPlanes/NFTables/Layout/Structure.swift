import Addresses

/// Which sets, chains and rules there are beside those that are always there: what the ServicePorts of a table make
/// necessary. Two tables of the same Structure differ in elements alone.
struct Structure: Equatable, Sendable {
    /// The chain of one round-robin list: its rule counts.
    struct RoundRobin: Equatable, Sendable {
        var slots: Int
        var `protocol`: L4Protocol
    }

    /// Numbers of slots in use, the busiest first: they are asked one after another.
    var slotCounts: [Int] = []
    var maglevCounts: [Int] = []
    /// Seconds.
    var stickyTimeouts: [UInt32] = []
    /// By the list's id.
    var roundRobins: [UInt32: RoundRobin] = [:]

    /// Lists of up to so many slots find their chain there from the start.
    static let readySlots = 16

    /// The numbers of slots that have a chain which takes one at random.
    var pickCounts: [Int] {
        Array(1...Self.readySlots) + slotCounts.filter { $0 > Self.readySlots }
    }
}

/// Ids that stand for a refusal instead of a list of backends, and modes of masquerading.
enum ReservedID {
    /// In the id that a frontend leads to: it is special, it asks for more than a list that serves everybody.
    static let special: UInt32 = 1 << 31

    /// The id of the list, without the mark.
    static func list(_ entry: UInt32) -> UInt32 { entry & ~special }

    static let reject: UInt32 = 1
    static let drop: UInt32 = 2
    static let firstList: UInt32 = 16

    static let masqueradeAlways: UInt32 = 1
    static let masqueradeUnlessFromPod: UInt32 = 2
    static let masqueradeFromHost: UInt32 = 3
    static let masqueradeNever: UInt32 = 4
}
