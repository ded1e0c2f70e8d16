/// The object that comes of a live one and of what a writer applies: the applied value counts where both have one,
/// and lists are merged element by element where they can be.
enum AppliedMerge {
    static func merge(_ applied: JSON, into live: JSON, _ shape: FieldShape) -> JSON {
        merged(live, applied, shape) ?? .null
    }

    private static func merged(_ live: JSON?, _ applied: JSON?, _ shape: FieldShape) -> JSON? {
        switch shape {
        case .scalar, .atomic: return applied ?? live
        case .untyped:
            if let applied, let live, (applied.object == nil) != (live.object == nil) {
                return applied
            }
            return merged(live, applied, .deduced(applied ?? live))
        case .object, .map:
            let (old, new) = (live?.object ?? [:], applied?.object ?? [:])
            if old.isEmpty, new.isEmpty { return applied ?? live }
            return .object(members(old, new, shape))
        case .list, .set:
            let (old, new) = (live?.array ?? [], applied?.array ?? [])
            if old.isEmpty, new.isEmpty { return applied ?? live }
            return .array(elements(old, new, shape))
        }
    }

    private static func members(
        _ live: JSONObject, _ applied: JSONObject, _ shape: FieldShape
    ) -> JSONObject {
        var result: [(key: String, value: JSON)] = []
        for (name, old) in live {
            let member = shape.member(name)?.shape ?? .atomic
            if let value = merged(old, applied[name], member) { result.append((name, value)) }
        }
        for (name, new) in applied where live[name] == nil {
            let member = shape.member(name)?.shape ?? .atomic
            if let value = merged(nil, new, member) { result.append((name, value)) }
        }
        return JSONObject(distinct: result)
    }
}

// MARK: - Lists

extension AppliedMerge {
    /// The elements that are applied come in the order in which they are applied; those that only the live list
    /// has stay between the neighbours that they had, as far as that goes.
    private static func elements(
        _ live: [JSON], _ applied: [JSON], _ shape: FieldShape
    ) -> [JSON] {
        let old = Keyed(live, shape)
        let new = Keyed(applied, shape)
        // The places of the live list whose elements are applied too, in the order of the applied list.
        var anchors = new.marks.compactMap { old.places[$0]?.first }[...]
        var result: [JSON] = []
        var taken: Set<String> = []
        var left = 0
        var right = 0

        func take(_ place: Int) {
            let mark = new.marks[place]
            taken.insert(mark)
            if let anchor = anchors.first, old.marks[anchor] == mark { anchors.removeFirst() }
            // Several live elements of one key are not merged with: the applied one takes their place.
            let partners = old.places[mark] ?? []
            let partner: JSON? = if partners.count == 1 { live[partners[0]] } else { nil }
            if let value = merged(partner, applied[new.positions[place]], shape.elements) {
                result.append(value)
            }
        }

        while left < old.marks.count || right < new.marks.count {
            if left < old.marks.count {
                let mark = old.marks[left]
                if new.places[mark] == nil {
                    result.append(live[old.positions[left]])
                    left += 1
                    continue
                }
                if right < new.marks.count, new.marks[right] == mark {
                    take(right)
                    left += 1
                    right += 1
                    continue
                }
                let isNext = anchors.first.map { old.marks[$0] == mark } ?? false
                if taken.contains(mark) || (right < new.marks.count && !isNext) {
                    // It comes, or came, where the applied list has it.
                    left += 1
                    continue
                }
            }
            guard right < new.marks.count else { break }
            take(right)
            right += 1
        }
        return result
    }

    /// A list with what tells its elements apart, as text; elements without that are left out.
    private struct Keyed {
        var marks: [String] = []
        /// Where each of them is in the list.
        var positions: [Int] = []
        /// The indices in `marks` of each.
        var places: [String: [Int]] = [:]

        init(_ list: [JSON], _ shape: FieldShape) {
            for (index, value) in list.enumerated() {
                guard let mark = shape.element(of: value)?.text else { continue }
                places[mark, default: []].append(marks.count)
                marks.append(mark)
                positions.append(index)
            }
        }
    }
}
