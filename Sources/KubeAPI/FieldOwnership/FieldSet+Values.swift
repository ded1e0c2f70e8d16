extension FieldSet {
    /// The fields that an object states: what a writer owns who has applied it.
    init(of object: JSON, _ shape: FieldShape) {
        self = Self.stated(object, shape).fields
    }

    /// - Returns: whether the value is a field of its own, and the fields below it.
    private static func stated(_ value: JSON, _ shape: FieldShape) -> (
        isLeaf: Bool, fields: FieldSet
    ) {
        switch shape {
        case .scalar, .atomic: return (true, FieldSet())
        case .untyped: return stated(value, .deduced(value))
        case .object, .map:
            guard let members = value.object else { return (false, FieldSet()) }
            return (false, stated(members, shape))
        case .list, .set:
            guard let elements = value.array else { return (false, FieldSet()) }
            return (false, stated(elements, shape))
        }
    }

    private static func stated(_ members: JSONObject, _ shape: FieldShape) -> FieldSet {
        var nodes: [Node] = []
        nodes.reserveCapacity(members.count)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let member = shape.member(name) else { continue }
            let inner = stated(value, member.shape)
            let isEmpty = value.isNull || value.object?.isEmpty == true
            let isMember = inner.isLeaf || isEmpty || !member.isDeclared
            guard isMember || !inner.fields.isEmpty else { continue }
            nodes.append(
                Node(element: .field(name), isMember: isMember, children: inner.fields))
        }
        return FieldSet(ordered: nodes)
    }

    /// Elements that cannot be told apart are owned as one.
    private static func stated(_ elements: [JSON], _ shape: FieldShape) -> FieldSet {
        var nodes: [Node] = []
        for (element, values) in shape.grouped(elements) {
            let children =
                values.count == 1 ? stated(values[0], shape.elements).fields : FieldSet()
            nodes.append(Node(element: element, isMember: true, children: children))
        }
        return FieldSet(ordered: nodes)
    }

    /// With every declared field that has something below it: such fields are members only by what they hold.
    func withDeclaredFields(_ shape: FieldShape) -> FieldSet {
        FieldSet(
            ordered: nodes.map { node in
                guard let child = shape.child(node.element) else { return node }
                var node = node
                if child.isDeclared { node.isMember = true }
                node.children = node.children.withDeclaredFields(child.shape)
                return node
            })
    }
}

extension FieldShape {
    /// The elements of a list by what tells them apart, in that order. What cannot be told apart is left out.
    func grouped(_ elements: [JSON]) -> [(element: FieldElement, values: [JSON])] {
        var marked: [(element: FieldElement, value: JSON)] = []
        marked.reserveCapacity(elements.count)
        for value in elements {
            if let element = element(of: value) { marked.append((element, value)) }
        }
        let isOrdered = Swift.zip(marked, marked.dropFirst()).allSatisfy {
            $0.element < $1.element
        }
        if isOrdered { return marked.map { ($0.element, [$0.value]) } }
        var groups: [(element: FieldElement, values: [JSON])] = []
        let sorted = marked.enumerated().sorted {
            $0.element.element == $1.element.element
                ? $0.offset < $1.offset : $0.element.element < $1.element.element
        }
        for (_, item) in sorted {
            if let last = groups.indices.last, groups[last].element == item.element {
                groups[last].values.append(item.value)
            } else {
                groups.append((item.element, [item.value]))
            }
        }
        return groups
    }
}
