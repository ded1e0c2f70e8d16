package import Addresses
import Linux

/// What an operator may choose about the userspace data plane.
package struct UserspaceSettings: Sendable {
    /// Threads that relay; by default one a core, eight at most.
    package var threads: Int
    /// How long a backend may take to answer a connection before the next one is tried.
    package var connectTimeout: Duration = .seconds(3)
    /// How long connections to a removed backend may go on; nil: until they end by themselves.
    package var drainDeadline: Duration?
    /// A UDP flow ends when neither side has sent for so long.
    package var udpIdleTimeout: Duration = .seconds(60)
    /// UDP flows a thread holds at once; the one idle longest makes room.
    package var udpFlowsPerThread = 8192
    /// In bytes; the kernel may give less.
    package var pipeCapacity = 1 << 20
    /// Pipes a thread holds at once; connections beyond that are copied.
    package var pipesPerThread = 128
    /// How often an address that another program held is tried again.
    package var bindRetryInterval: Duration = .seconds(1)
    /// The addresses of this host, asked for with each table: sources that are this host and not external.
    package var ownAddresses: @Sendable () -> Set<IPAddress> = OwnAddresses.recent()

    package init(threads: Int? = nil) {
        self.threads = threads ?? ProcessorCount.usable
    }
}
