import Linux
import Synchronization

/// The part of a relay thread that others may touch.
final class RelayInbox: Sendable {
    private let commands = Mutex<[RelayCommand]>([])
    let event: EventDescriptor
    /// Connections and flows that the thread relays now.
    let load = Atomic<Int>(0)

    init() throws(SystemError) { event = try EventDescriptor() }

    func post(_ command: RelayCommand) {
        let isFirst = commands.withLock { commands in
            commands.append(command)
            return commands.count == 1
        }
        if isFirst { event.signal() }
    }

    func takeAll() -> [RelayCommand] {
        event.consume()
        return commands.withLock { commands in
            let all = commands
            commands = []
            return all
        }
    }
}
