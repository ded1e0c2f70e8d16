import Addresses
import Linux
import LoadBalancing

extension FrontendProblem {
    static let sctpNotSupported = FrontendProblem(
        reason: "ProtocolNotSupported",
        message: "the userspace data plane does not carry SCTP: use the nftables data plane")

    static let sourceAddressNotPreserved = FrontendProblem(
        reason: "SourceAddressNotPreserved",
        message: "externalTrafficPolicy Local is in effect, but the userspace data plane relays "
            + "connections: Pods see this node's address, not the client's",
        isFatal: false)

    static func takenByOtherFrontend(_ key: ListenerKey, _ other: FrontendAddress)
        -> FrontendProblem
    {
        FrontendProblem(
            reason: "PortInUse", message: "\(key.address) is served for \(other) already")
    }

    /// Why an address could not be bound, and what helps.
    static func cannotBind(_ key: ListenerKey, _ error: SystemError) -> FrontendProblem {
        let address = key.address
        switch error.errno {
        case .permissionDenied, .notPermitted:
            let first = PrivilegedPorts.firstUnprivileged
            return FrontendProblem(
                reason: "PortNeedsPrivilege",
                message: "\(address): port \(address.port) is below \(first), the first port of "
                    + "\(PrivilegedPorts.settingPath): run with CAP_NET_BIND_SERVICE, choose a "
                    + "port from \(first) on, or let everybody bind it with "
                    + "`sysctl -w net.ipv4.ip_unprivileged_port_start=\(address.port)`")
        case .addressInUse:
            return FrontendProblem(
                reason: "PortInUse",
                message: "\(address) is bound by another program (`ss -lnp` names it); it will be "
                    + "served once that program lets go of it")
        case .addressNotAvailable:
            return FrontendProblem(
                reason: "AddressNotAvailable",
                message: "\(address.address) is not an address of this host; it will be served "
                    + "once there is a local route or an address for it")
        default:
            return FrontendProblem(reason: "ListenFailed", message: error.description)
        }
    }
}
