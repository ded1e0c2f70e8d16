/// The entries of a prefix as they were at one revision.
struct LogView {
    let prefix: String
    let revision: Revision
    let entries: OrderedMap<StoredValue>
    /// What the keys that changed after the revision held at it; nil for absent.
    let past: [String: StoredValue?]

    func page(after: String?, limit: Int?) -> Page {
        var page = Page(entries: [], revision: revision, remaining: 0)
        forEach(from: max(prefix, after ?? "")) { key, value in
            if let after, key <= after { return }
            if let limit, page.entries.count >= limit {
                page.remaining += 1
            } else {
                page.entries.append(Entry(key: key, value: value))
            }
        }
        return page
    }

    /// Walks the entries from a key on, as `past` corrects them, in the order of keys.
    private func forEach(from start: String, _ body: (String, StoredValue) -> Void) {
        var removed = past.compactMap { key, value in value.map { (key, $0) } }
            .filter { $0.0 >= start && entries[$0.0] == nil }
            .sorted { $0.0 < $1.0 }[...]
        var position = entries.firstPosition(notBefore: start)
        while let (key, value) = entries.element(at: position), key.hasPrefix(prefix) {
            while let next = removed.first, next.0 < key {
                body(next.0, next.1)
                removed.removeFirst()
            }
            switch past[key] {
            case nil: body(key, value)
            case .some(let earlier): if let earlier { body(key, earlier) }
            }
            position = entries.position(after: position)
        }
        for (key, value) in removed { body(key, value) }
    }
}
