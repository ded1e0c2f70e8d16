package import Addresses
package import Linux
package import LoadBalancing
import Synchronization

/// Keeps the addresses current on which this node serves NodePorts: a thread hears rtnetlink, lists the addresses
/// again when it has been quiet for a moment, and tells only what is different.
package final class NodeAddressWatcher: Sendable {
    /// What of a node's addresses is wanted.
    package struct Wanted: Equatable, Sendable {
        package var selection: NodePortAddressSelection
        /// The node's own IPs, for the selection `primary`.
        package var nodeIPs: Set<IPAddress>
        /// Loopback addresses count: of a data plane that listens itself.
        package var loopback: Bool

        package init(
            _ selection: NodePortAddressSelection, nodeIPs: Set<IPAddress>, loopback: Bool = false
        ) {
            self.selection = selection
            self.nodeIPs = nodeIPs
            self.loopback = loopback
        }

        func addresses(of all: [InterfaceAddress]) -> Set<IPAddress> {
            selection.served(of: all.map(\.address), nodeIPs: nodeIPs, loopback: loopback)
        }
    }

    private let shared: NodeAddressWatch
    private let stopped = Confirmation(count: 1)
    private let isStopped = Atomic<Bool>(false)

    /// Lists the addresses and starts to watch, in the network namespace of the calling thread. Blocks shortly.
    /// - Parameters:
    ///   - report: is told, in a sentence, that the addresses cannot be listed; it is tried again.
    ///   - onChange: called on the watcher's thread with each new set; it must not block.
    package init(
        _ wanted: Wanted, report: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (Set<IPAddress>) -> Void
    ) throws(NetlinkError) {
        let shared = try NodeAddressWatch(wanted)
        self.shared = shared
        let stopped = stopped
        do {
            let epoll = SharedEpoll(try Epoll())
            try shared.watch(epoll.epoll)
            _ = try Linux.Thread(named: "node-addresses") {
                var loop = NodeAddressLoop(shared, epoll, report: report, onChange: onChange)
                loop.run()
                stopped.confirm()
            }
        } catch {
            throw .failed(error)
        }
    }

    deinit { shared.end() }

    /// The selected addresses that the node has now.
    package var addresses: Set<IPAddress> { shared.addresses }

    /// The node has other IPs now.
    package func use(nodeIPs: Set<IPAddress>) { shared.use(nodeIPs: nodeIPs) }

    /// Ends the thread; nothing is told any more when it returns.
    package func stop() async {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        shared.end()
        await stopped.wait()
    }
}
