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
