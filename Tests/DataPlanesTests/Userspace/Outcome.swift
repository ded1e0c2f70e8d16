import Linux
import Synchronization

/// A value that another thread sets, once.
final class Outcome<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let event: EventDescriptor

    init() throws { event = try EventDescriptor() }

    func set(_ new: Value) {
        value.withLock { $0 = new }
        event.signal()
    }

    func wait() throws -> Value? {
        try TestSocket.wait(event.descriptor, .readable)
        return value.withLock { $0 }
    }
}
