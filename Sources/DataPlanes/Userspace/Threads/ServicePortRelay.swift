import LoadBalancing
import Synchronization

/// A ServicePort as the relay threads share it: its chooser behind a lock that is held for the length of one
/// choice. Connections hold on to it, also when the ServicePort is gone.
final class ServicePortRelay: Sendable {
    let name: ServicePortName
    let chooser: Mutex<BackendChooser>

    init(_ name: ServicePortName, _ state: ServicePortState) {
        self.name = name
        chooser = Mutex(BackendChooser(state))
    }
}
