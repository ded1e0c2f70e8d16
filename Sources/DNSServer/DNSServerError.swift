package import Addresses
package import Linux

/// Why the DNS server does not run.
package enum DNSServerError: Error, Sendable, CustomStringConvertible {
    /// A listener cannot bind its address; `transport` is "UDP" or "TCP".
    case cannotListen(IPSocketAddress, transport: String, SystemError)
    /// The thread, the epoll set or the wake-up descriptor cannot be made.
    case noResources(SystemError)
    /// `run()` was called a second time.
    case ranAlready

    package var description: String {
        switch self {
        case .cannotListen(let address, let transport, let error):
            "DNS cannot listen on \(address) (\(transport)): \(error). "
                + Self.remedy(address, error.errno)
        case .noResources(let error): "DNS cannot run: \(error)"
        case .ranAlready: "this DNS server has run already; make a new one"
        }
    }

    private static func remedy(_ address: IPSocketAddress, _ errno: Errno) -> String {
        switch errno {
        case .permissionDenied:
            "Ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE: start as root, "
                + "lower that sysctl, or choose a higher port with --dns-listen."
        case .addressInUse:
            "Another program has it (`ss -lnup sport = :\(address.port)` says which): stop it, or "
                + "choose another address with --dns-listen."
        case .addressNotAvailable:
            "No interface of this host has \(address.address): choose an address of this host with "
                + "--dns-listen."
        default: "Choose another address with --dns-listen."
        }
    }
}
