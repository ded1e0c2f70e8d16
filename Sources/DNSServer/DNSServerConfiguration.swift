package import Addresses
package import LoadBalancing

/// What a DNS server is started with.
package struct DNSServerConfiguration: Sendable {
    /// Where it listens, UDP and TCP; port 0 takes a free one for both.
    package var listenAddresses: [IPSocketAddress]
    /// The cluster domain and how it is shown. Addresses of `listenAddresses` other than wildcards are added to its
    /// `serverAddresses`.
    package var zone: DNSZoneOptions
    /// Who is asked for all other names; nobody: REFUSED.
    package var upstreams: Upstreams
    /// The longest UDP answer.
    package var maximumPayload: UInt16 = 1232
    /// More TCP connections than this at a time are closed as they come.
    package var mostConnections = 1000
    /// A TCP connection without a query for so long is closed.
    package var idleTimeout: Duration = .seconds(10)

    package init(
        listenAddresses: [IPSocketAddress], zone: DNSZoneOptions, upstreams: Upstreams = Upstreams()
    ) {
        self.listenAddresses = listenAddresses
        self.zone = zone
        self.upstreams = upstreams
    }
}
