/// Values at fixed places, found by index; a place's generation grows each time it is given away.
struct Slab<Element: ~Copyable>: ~Copyable {
    private static var chunkSize: Int { 256 }

    private var chunks: [UnsafeMutablePointer<Element>] = []
    private var generations: [UInt32] = []
    private var used: [Bool] = []
    private var free: [Int32] = []
    private(set) var count = 0

    init() {}

    deinit {
        for index in used.indices where used[index] { address(index).deinitialize(count: 1) }
        for chunk in chunks { chunk.deallocate() }
    }

    /// One more than the highest index in use.
    var indexLimit: Int { used.count }

    func isUsed(_ index: Int) -> Bool { used[index] }

    func generation(_ index: Int) -> UInt32 { generations[index] }

    /// The value, if the place was not given away since.
    func find(_ index: Int, generation: UInt32) -> UnsafeMutablePointer<Element>? {
        guard index < used.count, used[index], generations[index] == generation else { return nil }
        return address(index)
    }

    /// The value of a place in use.
    subscript(index: Int) -> UnsafeMutablePointer<Element> { address(index) }

    mutating func insert(_ element: consuming Element) -> Int {
        count += 1
        let index: Int
        if let place = free.popLast() {
            index = Int(place)
        } else {
            index = used.count
            if index == chunks.count * Self.chunkSize {
                chunks.append(.allocate(capacity: Self.chunkSize))
            }
            used.append(false)
            generations.append(0)
        }
        used[index] = true
        address(index).initialize(to: element)
        return index
    }

    mutating func remove(_ index: Int) -> Element {
        precondition(used[index])
        used[index] = false
        generations[index] &+= 1
        free.append(Int32(index))
        count -= 1
        return address(index).move()
    }

    private func address(_ index: Int) -> UnsafeMutablePointer<Element> {
        chunks[index / Self.chunkSize] + index % Self.chunkSize
    }
}
