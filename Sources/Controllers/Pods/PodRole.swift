package import Addresses
package import KubeAPI

/// What stands behind a Pod where there is no kubelet.
package enum PodRole: Equatable, Sendable {
    /// Annotation `pointsman.dev/runner`: a local process that the named `pointsman run` looks after.
    case runner(String)
    /// Annotation `pointsman.dev/address`: a VM or a process started elsewhere.
    case elsewhere([IPAddress])
    /// The address annotation cannot be used.
    case invalid(String)
    /// Neither: nobody runs it.
    case none

    package static let addressAnnotation = PointsmanName.address
    package static let runnerAnnotation = PointsmanName.runner

    /// Loopback addresses are usable only in `podCIDRs`, as the endpoints of a Service have it.
    package init(_ pod: Pod, podCIDRs: [IPPrefix]) {
        if let runner = pod.metadata.annotations[Self.runnerAnnotation] {
            self = .runner(runner)
            return
        }
        guard let text = pod.metadata.annotations[Self.addressAnnotation] else {
            self = .none
            return
        }
        var addresses: [IPAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = part.drop { $0 == " " }
            guard let address = IPAddress(String(part)) else {
                self = .invalid("\"\(part)\" is not an IP address")
                return
            }
            if let problem = Self.problem(address, podCIDRs) {
                self = .invalid("\(address) \(problem)")
                return
            }
            if addresses.contains(where: { $0.family == address.family }) {
                self = .invalid("more than one \(address.family) address")
                return
            }
            addresses.append(address)
        }
        self = .elsewhere(addresses)
    }

    private static func problem(_ address: IPAddress, _ podCIDRs: [IPPrefix]) -> String? {
        if address.isUnspecified { return "is the unspecified address" }
        if address.isMulticast { return "is a multicast address" }
        if address.isLinkLocalUnicast { return "is a link-local address" }
        if address.isLoopback, !podCIDRs.contains(where: { $0.contains(address) }) {
            return "is a loopback address outside the Pod CIDR"
        }
        return nil
    }
}
