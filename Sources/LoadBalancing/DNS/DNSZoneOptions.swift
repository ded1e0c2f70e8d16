package import Addresses
package import Wire

/// What a `DNSZone` is made with.
package struct DNSZoneOptions: Sendable {
    /// Names of Pods below `pod`: `10-244-1-11.shop.pod.cluster.local`.
    package enum PodRecords: String, Sendable, CaseIterable {
        /// There are none.
        case disabled
        /// Every address is answered, Pod or no Pod, as kubeadm configures its DNS.
        case insecure
        /// Only addresses that a Pod of the namespace has (`DNSZone.pods`).
        case verified
    }

    /// The cluster domain, such as `cluster.local`.
    package var domain: DNS.Name
    /// Of every record, in seconds.
    package var ttl: UInt32 = 5
    package var podRecords = PodRecords.insecure
    /// Addresses that this server answers at: `ns.dns` below the domain, and what makes a Service the zone's NS.
    package var serverAddresses: Set<IPAddress> = []
    /// Zones that are ours beside those of the node's Pod and Service CIDRs, such as `10.in-addr.arpa`.
    package var reverseZones: [DNS.Name] = []
    /// Only these namespaces are shown; nil: all.
    package var exposedNamespaces: Set<String>?
    /// A Service without a ready endpoint is NXDOMAIN also if it has a ClusterIP.
    package var ignoresEmptyServices = false
    /// No endpoint has a name, and a headless Service neither.
    package var omitsEndpoints = false
    /// An endpoint without hostname is named like its Pod, not by its address.
    package var namesEndpointsByPod = false

    package init(domain: DNS.Name) { self.domain = domain }
}
