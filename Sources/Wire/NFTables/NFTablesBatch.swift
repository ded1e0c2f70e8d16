package import Addresses

extension NFTables {
    /// Changes of one table that the kernel makes all at once, or not at all. They are carried out in an order in
    /// which they can be: what goes, before what takes its place; sets and chains, before the rules that name them.
    package struct Batch: Sendable {
        package let family: IPFamily
        package let table: String
        /// How many elements are added or removed.
        package private(set) var elementCount = 0
        private var beginnings: [Change] = []
        private var structures: [Change] = []
        private var rules: [Change] = []
        private var endings: [Change] = []
        private var elements: [SetElements] = []
        private var numbers: [String: Int] = [:]
        /// Bytes that the elements take.
        package private(set) var size = 0

        private struct SetElements: Sendable {
            let set: String
            var removed = ElementLists()
            var added = ElementLists()
        }

        fileprivate enum Change: Sendable {
            case addTable(Table)
            case deleteTable
            case addSet(Set)
            case deleteSet(String)
            case addChain(Chain)
            case deleteChain(String)
            case flushChain(String)
            case flushSet(String)
            case appendRule(Rule)
        }

        package init(_ family: IPFamily, table: String) {
            self.family = family
            self.table = table
        }

        package var isEmpty: Bool {
            elementCount == 0 && beginnings.isEmpty && structures.isEmpty && rules.isEmpty
                && endings.isEmpty
        }

        /// Makes the table; one that is there is kept as it is.
        package mutating func add(_ table: Table) { beginnings.append(.addTable(table)) }

        /// Removes the table, which must be there, before everything else of the batch.
        package mutating func deleteTable() { beginnings.append(.deleteTable) }

        package mutating func add(_ set: Set) { structures.append(.addSet(set)) }
        package mutating func add(_ chain: Chain) { structures.append(.addChain(chain)) }

        /// Removes all rules of a chain, before any is appended.
        package mutating func flush(chain: String) { structures.append(.flushChain(chain)) }

        /// Removes all elements of a set, before any is added.
        package mutating func flush(set: String) { structures.append(.flushSet(set)) }

        package mutating func append(_ rule: Rule) { rules.append(.appendRule(rule)) }

        /// Removes an empty chain that nothing leads to, or a set that no rule names, after everything else.
        package mutating func delete(chain: String) { endings.append(.deleteChain(chain)) }
        package mutating func delete(set: String) { endings.append(.deleteSet(set)) }

        /// By what number this batch knows a set: who has many elements need not name it for each.
        package mutating func number(of set: String) -> Int {
            if let number = numbers[set] { return number }
            numbers[set] = elements.count
            elements.append(SetElements(set: set))
            return elements.count - 1
        }

        package mutating func add(_ element: Element, to set: String) {
            add(element, toNumber: number(of: set))
        }

        package mutating func add(_ element: Element, toNumber number: Int) {
            size += elements[number].added.append(element)
            elementCount += 1
        }

        package mutating func remove(_ element: Element, from set: String) {
            remove(element, fromNumber: number(of: set))
        }

        /// Its key alone counts.
        package mutating func remove(_ element: Element, fromNumber number: Int) {
            var key = Element(element.key, lastKey: element.lastKey)
            key.isIntervalEnd = element.isIntervalEnd
            size += elements[number].removed.append(key)
            elementCount += 1
        }
    }
}

// MARK: Encoding

extension NFTables.Batch {
    /// What is sent: the messages one behind another, and where each begins.
    package struct Encoded: Sendable {
        package var bytes: [UInt8]
        package var starts: [Int]
        /// The sequence number of the first message; each further one has the next.
        package var firstSequence: UInt32

        /// The message of a sequence number that an error carries.
        package func message(_ sequence: UInt32) -> NetlinkMessage? {
            let index = Int(sequence &- firstSequence)
            guard starts.indices.contains(index) else { return nil }
            let end = index + 1 < starts.count ? starts[index + 1] : bytes.count
            return (try? NetlinkMessage.parse(Array(bytes[starts[index]..<end])))?.first
        }
    }

    package func encoded(sequence: UInt32) -> Encoded {
        var encoder = BatchEncoder(family: family, table: table, sequence: sequence, size: size)
        encoder.begin()
        for change in beginnings { write(change, to: &encoder) }
        for change in structures where !change.isFlush { write(change, to: &encoder) }
        for change in structures where change.isFlush { write(change, to: &encoder) }
        // Before the elements: a rule that names a map is led past all of them.
        for change in rules { write(change, to: &encoder) }
        let sorted = elements.sorted { $0.set < $1.set }
        for elements in sorted { encoder.write(elements.removed, .delete, set: elements.set) }
        for elements in sorted { encoder.write(elements.added, .new, set: elements.set) }
        for change in endings { write(change, to: &encoder) }
        encoder.end()
        return encoder.encoded
    }

    private func write(_ change: Change, to encoder: inout BatchEncoder) {
        let name = table
        switch change {
        case .addTable(let table):
            encoder.message(.new, .table, [.create]) { NFTables.write(table, to: &$0) }
        case .deleteTable:
            encoder.message(.delete, .table) { $0.writeAttribute(1, name) }
        case .addSet(let set):
            encoder.message(.new, .set, [.create]) { writer, id in
                writer.writeAttribute(1, name)
                NFTables.write(set, id: id, to: &writer)
            }
        case .deleteSet(let set):
            encoder.message(.delete, .set) { $0.writeNames(name, 2, set) }
        case .addChain(let chain):
            encoder.message(.new, .chain, [.create]) { writer in
                writer.writeAttribute(1, name)
                NFTables.write(chain, to: &writer)
            }
        case .deleteChain(let chain):
            encoder.message(.delete, .chain) { $0.writeNames(name, 3, chain) }
        case .flushChain(let chain):
            encoder.message(.delete, .rule) { $0.writeNames(name, 2, chain) }
        case .flushSet(let set):
            encoder.message(.delete, .element) { $0.writeNames(name, 2, set) }
        case .appendRule(let rule):
            encoder.message(.new, .rule, [.create, .append]) { writer in
                writer.writeAttribute(1, name)
                NFTables.write(rule, to: &writer)
            }
        }
    }
}

extension NFTables.Batch.Change {
    /// Removes what was there, not what the same batch adds.
    fileprivate var isFlush: Bool {
        switch self {
        case .flushChain, .flushSet: true
        case .addTable, .deleteTable, .addSet, .deleteSet, .addChain, .deleteChain, .appendRule:
            false
        }
    }
}
