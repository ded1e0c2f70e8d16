/// What differs between two states of an object, field by field; a field is in one of the sets at most.
package struct FieldComparison: Sendable, Equatable {
    package private(set) var removed = FieldSet()
    package private(set) var modified = FieldSet()
    package private(set) var added = FieldSet()

    /// What the second state has otherwise than the first.
    package var changed: FieldSet { modified.union(added) }

    package var isEmpty: Bool { removed.isEmpty && modified.isEmpty && added.isEmpty }

    private init() {}

    /// - Parameters:
    ///   - old: the earlier state; `[:]` for none.
    ///   - schema: of the kind.
    package init(from old: JSON, to new: JSON, _ schema: Schema) {
        self = Self.compare(old, new, .object(schema)).below
    }

    /// The same without some fields and what lies below them.
    package func excluding(_ fields: FieldSet) -> FieldComparison {
        var result = self
        result.removed = removed.subtracting(treesOf: fields)
        result.modified = modified.subtracting(treesOf: fields)
        result.added = added.subtracting(treesOf: fields)
        return result
    }
}

extension FieldComparison {
    private enum Change { case removed, modified, added }

    /// What became of a value itself, and what differs below it.
    private struct Difference {
        var own: Change?
        var below = FieldComparison()
    }

    private static func compare(_ old: JSON?, _ new: JSON?, _ shape: FieldShape) -> Difference {
        switch shape {
        case .scalar, .atomic: return leaf(old, new)
        case .untyped: return untyped(old, new)
        case .object, .map:
            let (before, after) = (old?.object ?? [:], new?.object ?? [:])
            if hasImplied(shape, old, new) || !(before.isEmpty && after.isEmpty) {
                return whole(old, new, members(old, new, shape))
            }
        case .list, .set:
            let (before, after) = (old?.array ?? [], new?.array ?? [])
            if !(before.isEmpty && after.isEmpty) {
                return whole(old, new, elements(before, after, shape))
            }
        }
        // Two empty ones: null, {} and absence are told apart.
        return leaf(old, new)
    }

    private static func leaf(_ old: JSON?, _ new: JSON?) -> Difference {
        switch (old, new) {
        case (nil, nil): Difference()
        case (nil, _?): Difference(own: .added)
        case (_?, nil): Difference(own: .removed)
        case (let old?, let new?): Difference(own: old == new ? nil : .modified)
        }
    }

    private static func whole(_ old: JSON?, _ new: JSON?, _ below: FieldComparison) -> Difference {
        Difference(own: old == nil ? .added : new == nil ? .removed : nil, below: below)
    }

    /// Of two that are not alike both sides count.
    private static func untyped(_ old: JSON?, _ new: JSON?) -> Difference {
        switch (old, new) {
        case (.object?, .object?), (nil, .object?), (.object?, nil):
            compare(old, new, .map(.opaque))
        case (_, _): leaf(old, new)
        }
    }

    private static func hasImplied(_ shape: FieldShape, _ old: JSON?, _ new: JSON?) -> Bool {
        guard case .object(let schema) = shape, old?.object != nil || new?.object != nil else {
            return false
        }
        return !schema.impliedNames.isEmpty
    }

    private static func members(
        _ old: JSON?, _ new: JSON?, _ shape: FieldShape
    ) -> FieldComparison {
        if let old, let new, old == new { return FieldComparison() }
        let before = Side(old, shape)
        let after = Side(new, shape)
        var result = FieldComparison()
        for name in Side.names(before, after) {
            guard let member = shape.member(name) else { continue }
            let (first, second) = (before[name], after[name])
            if first == nil, second == nil { continue }
            result.append(.field(name), compare(first, second, member.shape))
        }
        return result
    }

    private static func elements(
        _ old: [JSON], _ new: [JSON], _ shape: FieldShape
    ) -> FieldComparison {
        if old == new { return FieldComparison() }
        var result = FieldComparison()
        var before = shape.grouped(old)[...]
        var after = shape.grouped(new)[...]
        while let element = [before.first?.element, after.first?.element].compactMap(\.self).min() {
            let first = before.first?.element == element ? before.removeFirst().values : []
            let second = after.first?.element == element ? after.removeFirst().values : []
            result.append(element, compare(first, second, shape.elements))
        }
        return result
    }

    /// The elements of one key: several of them count as one.
    private static func compare(
        _ old: [JSON], _ new: [JSON], _ shape: FieldShape
    ) -> Difference {
        switch (old.count, new.count) {
        case (0...1, 0...1): return compare(old.first, new.first, shape)
        case (2..., 2...): return Difference(own: old == new ? nil : .modified)
        case (2..., _):
            var result = new.isEmpty ? Difference() : compare(nil, new.first, shape)
            result.own = .removed
            return result
        case (_, _):
            var result = old.isEmpty ? Difference() : compare(old.first, nil, shape)
            result.own = .added
            return result
        }
    }

    /// Adds what differs at one element; elements come in their order.
    private mutating func append(_ element: FieldElement, _ difference: Difference) {
        removed.append(element, difference.own == .removed, difference.below.removed)
        modified.append(element, difference.own == .modified, difference.below.modified)
        added.append(element, difference.own == .added, difference.below.added)
    }
}

/// The members of one side of a comparison, with those that its type implies.
private struct Side {
    private let object: JSONObject
    private let schema: Schema?

    init(_ value: JSON?, _ shape: FieldShape) {
        object = value?.object ?? [:]
        if case .object(let schema) = shape, value?.object != nil {
            self.schema = schema
        } else {
            schema = nil
        }
    }

    subscript(name: String) -> JSON? {
        object[name] ?? schema.flatMap { $0[name]?.implied }
    }

    private func addNames(to names: inout [String]) {
        for (key, _) in object { names.append(key) }
        for name in schema?.impliedNames ?? [] { names.append(name) }
    }

    /// In their order, each once.
    static func names(_ first: Side, _ second: Side) -> [String] {
        var names: [String] = []
        names.reserveCapacity(first.object.count + second.object.count)
        first.addNames(to: &names)
        second.addNames(to: &names)
        names.sort()
        var unique: [String] = []
        unique.reserveCapacity(names.count)
        for name in names where unique.last != name { unique.append(name) }
        return unique
    }
}
