extension NFTables {
    package struct Table: Hashable, Sendable {
        package var name: String
        /// Shown by `nft list`.
        package var comment: String?
        /// NFT_TABLE_F_DORMANT: no packet sees its chains.
        package var isDormant = false

        package init(name: String, comment: String? = nil) {
            self.name = name
            self.comment = comment
        }
    }

    package struct Chain: Hashable, Sendable {
        package var name: String
        /// nil: reached by jumps alone.
        package var hook: Hook?

        package init(_ name: String, _ hook: Hook? = nil) {
            self.name = name
            self.hook = hook
        }
    }

    /// Where a base chain of type `nat` sees packets: the first of each connection.
    package struct Hook: Hashable, Sendable {
        /// NF_INET_….
        package enum Point: UInt32, Hashable, Sendable {
            case prerouting = 0
            case input = 1
            case forward = 2
            case output = 3
            case postrouting = 4
        }

        package var point: Point
        package var priority: Int32
        /// `nat` or `filter`.
        package var type: String
        /// What becomes of packets that no rule decides about: accept or drop.
        package var policy = Verdict.accept

        package init(_ point: Point, priority: Int32, type: String = "nat") {
            self.point = point
            self.priority = priority
            self.type = type
        }
    }

    package struct Rule: Hashable, Sendable {
        package var chain: String
        package var expressions: [Expression]

        package init(_ chain: String, _ expressions: [Expression]) {
            self.chain = chain
            self.expressions = expressions
        }
    }

    /// NFT_SET_….
    package struct SetFlags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Of one rule, with which it goes.
        package static let anonymous = SetFlags(rawValue: 0x1)
        package static let interval = SetFlags(rawValue: 0x4)
        package static let map = SetFlags(rawValue: 0x8)
        package static let timeout = SetFlags(rawValue: 0x10)
        /// Rules add elements.
        package static let dynamic = SetFlags(rawValue: 0x20)
        package static let concatenation = SetFlags(rawValue: 0x80)
    }

    /// A set, or a map if it has data.
    package struct Set: Hashable, Sendable {
        package var name: String
        package var flags: SetFlags
        package var key: SetType
        /// nil: a set.
        package var data: SetType?
        /// How many elements it may hold; nil: as many as come.
        package var size: UInt32?
        /// The types as `nft list` shows them, NFTNL_UDATA_SET_….
        package var userData: [UInt8]

        package init(
            _ name: String, _ flags: SetFlags = [], key: SetType, data: SetType? = nil,
            size: UInt32? = nil
        ) {
            self.name = name
            self.flags = data == nil ? flags : flags.union(.map)
            self.key = key
            self.data = data
            self.size = size
            userData = SetUserData(key: key, data: data).bytes
        }
    }

    /// An element of a set; what there is of it depends on the set.
    package struct Element: Hashable, Sendable {
        package var key: Value
        /// The last key of an interval, of sets of concatenated intervals.
        package var lastKey: Value?
        package var data: ElementData?
        /// Of plain interval sets: the interval before ends here, this key not included.
        package var isIntervalEnd = false
        /// Milliseconds after which it goes.
        package var timeout: UInt64?
        /// Milliseconds that are left of it.
        package var expiration: UInt64?

        package init(_ key: Value, lastKey: Value? = nil, data: ElementData? = nil) {
            self.key = key
            self.lastKey = lastKey
            self.data = data
        }
    }

    package enum ElementData: Hashable, Sendable {
        case value(Value)
        case verdict(Verdict)
    }
}
