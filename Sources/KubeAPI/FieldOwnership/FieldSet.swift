/// A set of fields of an object, as a tree: what a writer owns, or what a change touches.
///
/// A node that has children need not be in the set itself: who owns `spec.type` does not own `spec`.
package struct FieldSet: Sendable, Equatable {
    struct Node: Sendable, Equatable {
        let element: FieldElement
        var isMember: Bool
        var children: FieldSet
    }

    /// In the order of their elements; each is a member or has children.
    private(set) var nodes: [Node] = []

    package init() {}

    /// Takes nodes that are in order.
    init(ordered nodes: [Node]) { self.nodes = nodes }

    package init(_ paths: some Sequence<[FieldElement]>) {
        for path in paths { insert(path) }
    }

    package var isEmpty: Bool { nodes.isEmpty }

    /// How many fields are in the set.
    package var count: Int {
        nodes.reduce(0) { $0 + ($1.isMember ? 1 : 0) + $1.children.count }
    }

    /// The empty path is the object itself, which nobody owns.
    package mutating func insert(_ path: some Collection<FieldElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        let place = place(of: first)
        if place == nodes.count || nodes[place].element != first {
            nodes.insert(Node(element: first, isMember: false, children: FieldSet()), at: place)
        }
        if rest.isEmpty {
            nodes[place].isMember = true
        } else {
            nodes[place].children.insert(rest)
        }
    }

    package func contains(_ path: some Collection<FieldElement>) -> Bool {
        guard let first = path.first, let node = self[first] else { return false }
        let rest = path.dropFirst()
        return rest.isEmpty ? node.isMember : node.children.contains(rest)
    }

    subscript(element: FieldElement) -> Node? {
        let place = place(of: element)
        guard place < nodes.count, nodes[place].element == element else { return nil }
        return nodes[place]
    }

    private func place(of element: FieldElement) -> Int {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].element < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Every path of the set: at each level first the members, then what is below.
    package var paths: [[FieldElement]] {
        var paths: [[FieldElement]] = nodes.filter(\.isMember).map { [$0.element] }
        for node in nodes { paths += node.children.paths.map { [node.element] + $0 } }
        return paths
    }
}

// MARK: - Algebra

extension FieldSet {
    package func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        var result: [Node] = []
        result.reserveCapacity(nodes.count + other.nodes.count)
        Self.zip(self, other) { a, b in
            switch (a, b) {
            case (let a?, let b?):
                result.append(
                    Node(
                        element: a.element, isMember: a.isMember || b.isMember,
                        children: a.children.union(b.children)))
            case (let node?, nil), (nil, let node?): result.append(node)
            case (nil, nil): break
            }
        }
        return FieldSet(ordered: result)
    }

    package func intersection(_ other: FieldSet) -> FieldSet {
        var result: [Node] = []
        Self.zip(self, other) { a, b in
            guard let a, let b else { return }
            Self.append(
                a.element, a.isMember && b.isMember, a.children.intersection(b.children), &result)
        }
        return FieldSet(ordered: result)
    }

    /// What is not in `other`; what lies below a member of `other` stays.
    package func subtracting(_ other: FieldSet) -> FieldSet {
        subtract(other, withBelow: false)
    }

    /// What is neither in `other` nor below a member of it.
    package func subtracting(treesOf other: FieldSet) -> FieldSet {
        subtract(other, withBelow: true)
    }

    private func subtract(_ other: FieldSet, withBelow: Bool) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        var result: [Node] = []
        result.reserveCapacity(nodes.count)
        Self.zip(self, other) { a, b in
            guard let a else { return }
            guard let b else { return result.append(a) }
            let children =
                withBelow && b.isMember
                ? FieldSet() : a.children.subtract(b.children, withBelow: withBelow)
            Self.append(a.element, a.isMember && !b.isMember, children, &result)
        }
        return FieldSet(ordered: result)
    }

    private static func append(
        _ element: FieldElement, _ isMember: Bool, _ children: FieldSet, _ nodes: inout [Node]
    ) {
        guard isMember || !children.isEmpty else { return }
        nodes.append(Node(element: element, isMember: isMember, children: children))
    }

    /// The nodes of two sets in their order, those of the same element together.
    private static func zip(
        _ first: FieldSet, _ second: FieldSet, _ visit: (Node?, Node?) -> Void
    ) {
        var a = first.nodes[...]
        var b = second.nodes[...]
        while let left = a.first, let right = b.first {
            if left.element == right.element {
                visit(left, right)
                a.removeFirst()
                b.removeFirst()
            } else if left.element < right.element {
                visit(left, nil)
                a.removeFirst()
            } else {
                visit(nil, right)
                b.removeFirst()
            }
        }
        for node in a { visit(node, nil) }
        for node in b { visit(nil, node) }
    }
}

// MARK: - FieldsV1

extension FieldSet {
    /// The set as a tree of keys: `{"f:spec":{"f:ports":{".":{},…}}}`.
    package var json: JSON {
        .object(
            JSONObject(
                distinct: nodes.map { node in
                    (node.element.text, .object(node.contents))
                }))
    }

    /// - Throws: for a key that is not a step of a path. Keys of a kind that is not known are passed over.
    package init(fieldsV1 json: JSON) throws(FieldsError) {
        guard let members = json.object else { throw FieldsError() }
        self = try Self.read(members).children
    }

    /// A text that is not FieldsV1.
    package struct FieldsError: Error, Equatable {}

    private static func read(
        _ members: JSONObject
    ) throws(FieldsError) -> (children: FieldSet, isMember: Bool) {
        var isMember = false
        var nodes: [Node] = []
        nodes.reserveCapacity(members.count)
        var isOrdered = true
        for (key, value) in members {
            if key == "." {
                isMember = true
                continue
            }
            let element: FieldElement
            do throws(FieldElement.ParseError) {
                element = try FieldElement(parsing: key)
            } catch {
                if error == .unknownKind { continue }
                throw FieldsError()
            }
            guard let below = value.object else { throw FieldsError() }
            let child = try read(below)
            if let last = nodes.last, !(last.element < element) { isOrdered = false }
            nodes.append(
                Node(element: element, isMember: child.isMember, children: child.children))
        }
        if isOrdered { return (FieldSet(ordered: nodes), isMember || nodes.isEmpty) }
        let set = nodes.reduce(FieldSet()) { $0.union(FieldSet(ordered: [$1])) }
        return (set, isMember || nodes.isEmpty)
    }
}

extension FieldSet.Node {
    /// What the key of this node has below it.
    fileprivate var contents: JSONObject {
        var members = JSONObject()
        guard !children.isEmpty else { return members }
        if isMember { members["."] = [:] }
        for node in children.nodes { members[node.element.text] = .object(node.contents) }
        return members
    }
}

extension FieldSet {
    /// Adds a node that comes after all others, unless it has nothing to say.
    mutating func append(_ element: FieldElement, _ isMember: Bool, _ children: FieldSet) {
        Self.append(element, isMember, children, &nodes)
    }
}
