import Addresses
import LoadBalancing

/// An address that the process itself can bind: a FrontendAddress, or one of a NodePort's node addresses.
struct ListenerKey: Hashable, Sendable, Comparable {
    enum Transport: UInt8, Hashable, Sendable { case tcp, udp }

    var address: IPSocketAddress
    var transport: Transport

    static func < (a: ListenerKey, b: ListenerKey) -> Bool {
        (a.address, a.transport.rawValue) < (b.address, b.transport.rawValue)
    }
}

/// What a listening address does.
struct ListenerPlan: Equatable, Sendable {
    var frontend: FrontendAddress
    var servicePort: ServicePortName
    var sources: SourcePolicy
}
