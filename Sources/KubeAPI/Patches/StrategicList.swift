/// How a strategic merge patch changes one list.
struct StrategicList {
    let field: StrategicField?

    /// The list after the patch.
    ///
    /// - Parameter order: the elements (or their keys) of `$setElementOrder`; without it the patch's own order
    ///   counts.
    func merge(
        _ patch: [JSON], into original: [JSON], order: [JSON]?
    ) throws(Status) -> [JSON] {
        let merged: [JSON]
        switch field?.merge {
        case nil: return patch.map(StrategicMerge.withoutDirectives)
        case .asSet:
            guard !patch.contains(where: { $0.array != nil }) else {
                throw .unfitPatch("lists of lists are not supported")
            }
            let known = Set(original.map(identity))
            merged = original + patch.filter { !known.contains(identity($0)) }
        case .byKey(let key, _): merged = try merge(patch, into: original, by: key)
        }
        let given = patch.filter { $0[StrategicDirective.patch] == nil }
        return ordered(merged, by: order ?? given, original: original)
    }

    private var elementType: Schema.FieldType? {
        if case .array(let element)? = field?.type { element } else { nil }
    }

    private func merge(
        _ patch: [JSON], into original: [JSON], by key: String
    ) throws(Status) -> [JSON] {
        var changes: [JSONObject] = []
        var doomed: [String: [JSONObject]] = [:]
        var replaces = false
        for element in patch {
            guard let change = element.object else {
                throw .badRequest("a list that is merged by \"\(key)\" must hold objects")
            }
            switch change[StrategicDirective.patch].map({ $0.string ?? "" }) {
            case nil, "merge": changes.append(change)
            case "replace":
                replaces = true
                if change.keys.contains(where: { !StrategicDirective.isDirective($0) }) {
                    changes.append(change)
                }
            case "delete":
                try requireKey(key, in: change)
                doomed[identity(element), default: []].append(change)
            case let other?: throw .badRequest("unknown patch type \(other) in list")
            }
        }
        if replaces {
            return changes.map { .object(StrategicMerge.withoutDirectives($0)) }
        }
        var result = original
        if !doomed.isEmpty {
            result.removeAll { element in
                doomed[identity(element)]?.contains { agrees(element, with: $0) } ?? false
            }
        }
        for change in changes { try requireKey(key, in: change) }
        return try merge(changes, into: result)
    }

    private func merge(
        _ changes: [JSONObject], into original: [JSON]
    ) throws(Status) -> [JSON] {
        var result = original
        var places: [String: [Int]] = [:]
        for (index, element) in result.enumerated() {
            places[identity(element), default: []].append(index)
        }
        for change in changes {
            let candidates = places[identity(.object(change))] ?? []
            // With several elements of that key (53 for UDP and for TCP) the other keys decide.
            let index = candidates.first { agrees(result[$0], with: change) } ?? candidates.first
            let old = index.map { result[$0].object ?? [:] } ?? [:]
            let new = JSON.object(
                try StrategicMerge.merge(change, into: old, type: elementType))
            if let index {
                result[index] = new
            } else {
                places[identity(new), default: []].append(result.count)
                result.append(new)
            }
        }
        return result
    }

    private func requireKey(_ key: String, in change: JSONObject) throws(Status) {
        guard change[key] == nil else { return }
        let text = String(decoding: JSON.object(change).encoded(), as: UTF8.self)
        throw .badRequest("map: \(text) does not contain declared merge key: \(key)")
    }

    /// Whether no other key that the change names differs.
    private func agrees(_ element: JSON, with change: JSONObject) -> Bool {
        (field?.keys ?? []).allSatisfy { key in
            guard let wanted = change[key], let have = element[key] else { return true }
            return wanted == have
        }
    }
}

// MARK: - Order

extension StrategicList {
    /// The elements in the order that a patch wants: those that it names as it names them, the others where
    /// they stood among them.
    func ordered(_ elements: [JSON], by order: [JSON], original: [JSON]) -> [JSON] {
        let named = positions(order)
        let old = positions(original)
        let marked = elements.map { (id: identity($0), value: $0) }
        let wanted = marked.filter { named[$0.id] != nil }
        let others = marked.filter { named[$0.id] == nil }
        return interleaved(sorted(others, by: old), sorted(wanted, by: named), by: old)
    }

    private typealias Marked = (id: String, value: JSON)

    private func sorted(_ list: [Marked], by positions: [String: Int]) -> [Marked] {
        list.enumerated().sorted { a, b in
            let first = positions[a.element.id] ?? Int.max
            let second = positions[b.element.id] ?? Int.max
            return (first, a.offset) < (second, b.offset)
        }.map(\.element)
    }

    /// Merges two lists, each in its order; an element of `others` goes first where it stood first in `old`.
    private func interleaved(
        _ others: [Marked], _ wanted: [Marked], by old: [String: Int]
    ) -> [JSON] {
        var result: [JSON] = []
        var others = others[...]
        var wanted = wanted[...]
        while let other = others.first, let next = wanted.first {
            if let before = old[other.id], let after = old[next.id], before < after {
                result.append(other.value)
                others.removeFirst()
            } else {
                result.append(next.value)
                wanted.removeFirst()
            }
        }
        return result + wanted.map(\.value) + others.map(\.value)
    }

    /// Where each element is first.
    private func positions(_ list: [JSON]) -> [String: Int] {
        Dictionary(
            list.enumerated().map { (identity($1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What tells an element from the others: the value of its key, or itself, as text.
    private func identity(_ element: JSON) -> String {
        let value: JSON =
            if case .byKey(let key, _)? = field?.merge { element[key] ?? .null } else { element }
        return String(decoding: value.encoded(), as: UTF8.self)
    }
}
