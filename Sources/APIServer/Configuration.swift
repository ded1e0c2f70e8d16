package import Addresses
import Dispatch
package import KubeAPI

extension APIServer {
    /// What an API server is told at its start.
    package struct Configuration: Sendable {
        /// Where it listens; port 0 takes a free one.
        package var listen: [IPSocketAddress]
        package var tls: TLS
        /// One a family, the first is the primary one: the networks of the ServiceCIDR `kubernetes`, and the families
        /// that Services can have.
        package var serviceCIDRs: [IPPrefix]
        package var podCIDRs: [IPPrefix]
        /// Whether Pods and endpoints may have loopback addresses inside the Pod CIDRs: without privilege there
        /// are no others.
        package var allowsLoopbackPods = false
        /// Rules that are off as they were before Kubernetes 1.36.
        package var gates = FeatureGates()
        package var nodePortRange: ClosedRange<UInt16> = 30000...32767
        /// Makes this host answer for exactly these networks of ClusterIPs; called with all of them whenever a
        /// ServiceCIDR comes or goes. Returns, in a sentence each, why some cannot be served.
        package var serveNetworks: @Sendable (Set<IPPrefix>) -> [IPPrefix: String] = { _ in [:] }
        /// How long a deleted ServiceCIDR stays at least.
        package var serviceCIDRGraceSeconds: Int64 = 10
        /// `gitVersion` of `/version`: a semantic version, for kubectl parses it.
        package var gitVersion = "v1.36.2+pointsman"
        /// Minutes for which the past stays readable: older states are compacted.
        package var historyMinutes = 10
        /// Seconds between the bookmarks of a watch.
        package var bookmarkSeconds: Int64 = 60
        /// What clients may ask of the server's patience.
        package var clients = ClientLimits()
        /// The wall clock.
        package var now: @Sendable () -> Timestamp = APIServer.Configuration.wallClock

        package init(
            listen: [IPSocketAddress], tls: TLS, serviceCIDRs: [IPPrefix], podCIDRs: [IPPrefix]
        ) {
            self.listen = listen
            self.tls = tls
            self.serviceCIDRs = serviceCIDRs
            self.podCIDRs = podCIDRs
        }

        @Sendable private static func wallClock() -> Timestamp {
            // A wall time is the negated number of nanoseconds since 1970.
            let nanoseconds = -Int64(bitPattern: DispatchWallTime.now().rawValue)
            return Timestamp(secondsSinceEpoch: nanoseconds / 1_000_000_000)
        }
    }

    /// Certificates as PEM text.
    package struct TLS: Sendable {
        /// The serving certificate, then what signed it.
        package var certificateChain: [UInt8]
        package var privateKey: [UInt8]
        /// Who signs client certificates: common name is the user, organizations are the groups.
        package var clientCA: [UInt8]

        package init(certificateChain: [UInt8], privateKey: [UInt8], clientCA: [UInt8]) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
            self.clientCA = clientCA
        }
    }
}
