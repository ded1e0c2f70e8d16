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
            merged = original + patch.filter { !original.contains($0) }
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
        var result = original
        var changes: [JSONObject] = []
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
                let value = try keyValue(of: change, key)
                result.removeAll { matches($0, value, change, key) }
            case let other?: throw .badRequest("unknown patch type \(other) in list")
            }
        }
        if replaces {
            return changes.map { .object(StrategicMerge.withoutDirectives($0)) }
        }
        for change in changes { try merge(change, into: &result, by: key) }
        return result
    }

    private func merge(
        _ change: JSONObject, into result: inout [JSON], by key: String
    ) throws(Status) {
        let value = try keyValue(of: change, key)
        let candidates = result.indices.filter { result[$0][key] == value }
        // With several elements of that key (53 for UDP and for TCP) the other keys decide.
        let index =
            candidates.first { matches(result[$0], value, change, key) } ?? candidates.first
        guard let index else {
            result.append(
                .object(try StrategicMerge.merge(change, into: [:], type: elementType)))
            return
        }
        result[index] = .object(
            try StrategicMerge.merge(change, into: result[index].object ?? [:], type: elementType))
    }

    private func keyValue(of change: JSONObject, _ key: String) throws(Status) -> JSON {
        guard let value = change[key] else {
            let text = String(decoding: JSON.object(change).encoded(), as: UTF8.self)
            throw .badRequest("map: \(text) does not contain declared merge key: \(key)")
        }
        return value
    }

    /// Whether an element has the key's value, and no other key than those that the change names differs.
    private func matches(
        _ element: JSON, _ value: JSON, _ change: JSONObject, _ key: String
    ) -> Bool {
        guard element[key] == value else { return false }
        return (field?.keys ?? []).allSatisfy { other in
            guard let wanted = change[other], let have = element[other] else { return true }
            return wanted == have
        }
    }
}

// MARK: - Order

extension StrategicList {
    /// The elements in the order that a patch wants: those that it names as it names them, the others where
    /// they stood among them.
    func ordered(_ elements: [JSON], by order: [JSON], original: [JSON]) -> [JSON] {
        let named = order.map(identity)
        let old = original.map(identity)
        let wanted = elements.filter { named.contains(identity($0)) }
        let others = elements.filter { !named.contains(identity($0)) }
        func sorted(_ list: [JSON], by keys: [JSON]) -> [JSON] {
            list.enumerated().sorted { a, b in
                let first = keys.firstIndex(of: identity(a.element)) ?? keys.count
                let second = keys.firstIndex(of: identity(b.element)) ?? keys.count
                return (first, a.offset) < (second, b.offset)
            }.map(\.element)
        }
        return interleaved(sorted(others, by: old), sorted(wanted, by: named), by: old)
    }

    /// Merges two lists, each in its order; an element of `others` goes first where it stood first in `old`.
    private func interleaved(_ others: [JSON], _ wanted: [JSON], by old: [JSON]) -> [JSON] {
        var result: [JSON] = []
        var others = others[...]
        var wanted = wanted[...]
        while let other = others.first, let next = wanted.first {
            let before = old.firstIndex(of: identity(other))
            let after = old.firstIndex(of: identity(next))
            if let before, let after, before < after {
                result.append(others.removeFirst())
            } else {
                result.append(wanted.removeFirst())
            }
        }
        return result + wanted + others
    }

    /// What tells an element from the others: the value of its key, or itself.
    private func identity(_ element: JSON) -> JSON {
        guard case .byKey(let key, _)? = field?.merge else { return element }
        return element[key] ?? .null
    }
}
