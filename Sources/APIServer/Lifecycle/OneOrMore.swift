/// A set that is never empty and mostly has one member, which then needs no storage of its own.
enum OneOrMore<Element: Hashable & Sendable>: Sendable {
    case one(Element)
    case more(Set<Element>)

    /// nil of no elements.
    init?(_ elements: some Collection<Element>) {
        guard let first = elements.first else { return nil }
        let all = elements.count == 1 ? [] : Set(elements)
        self = all.count > 1 ? .more(all) : .one(first)
    }

    var all: Set<Element> {
        switch self {
        case .one(let element): [element]
        case .more(let elements): elements
        }
    }

    mutating func insert(_ element: Element) {
        switch self {
        case .one(element): break
        case .one(let other): self = .more([other, element])
        case .more(var elements):
            self = .one(element)  // keeps the storage uniquely referenced
            elements.insert(element)
            self = .more(elements)
        }
    }

    /// The set without an element; nil where nothing is left.
    consuming func removing(_ element: Element) -> OneOrMore? {
        switch consume self {
        case .one(element): return nil
        case .one(let other): return .one(other)
        case .more(var elements):
            elements.remove(element)
            return elements.count > 1 ? .more(elements) : OneOrMore(elements)
        }
    }
}
