/// A value that lives on the heap: copies share it until one of them is changed. For large views, of which caches,
/// snapshots and compilers hold the same one.
@propertyWrapper
struct CopyOnWrite<Value: Sendable>: Sendable {
    /// Written only through a reference that is the only one.
    private final class Content: @unchecked Sendable {
        var value: Value

        init(_ value: Value) { self.value = value }
    }

    private var content: Content

    init(wrappedValue: Value) { content = Content(wrappedValue) }

    var wrappedValue: Value {
        _read { yield content.value }
        _modify {
            if !isKnownUniquelyReferenced(&content) { content = Content(content.value) }
            yield &content.value
        }
    }
}

extension CopyOnWrite: Equatable where Value: Equatable {
    static func == (a: CopyOnWrite, b: CopyOnWrite) -> Bool {
        a.content === b.content || a.content.value == b.content.value
    }
}

/// Fields that few values have, held apart: nil where all of them are unset.
extension Optional {
    /// Changes the fields; where they are all `unset` then, nothing is held.
    mutating func change<Fields: Equatable & Sendable>(
        unset: Fields, _ edit: (inout Fields) -> Void
    ) where Wrapped == CopyOnWrite<Fields> {
        var fields = self?.wrappedValue ?? unset
        edit(&fields)
        self = fields == unset ? nil : CopyOnWrite(wrappedValue: fields)
    }
}
