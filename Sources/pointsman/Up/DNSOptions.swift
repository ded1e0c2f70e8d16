import Addresses
import ArgumentParser
import LoadBalancing
import Wire

/// The options of `up` about DNS. What CoreDNS' kubernetes plugin has an option for, too, says which.
struct DNSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where DNS listens. (default: the first address of each Pod CIDR, port 53 with privilege, 10053 without)",
            valueName: "address:port[,…]"))
    var dnsListen: String?

    @Option(
        help: ArgumentHelp(
            "The ClusterIPs of the Service kube-dns, one a family. (default: the tenth address of each Service CIDR)",
            valueName: "ip[,ip]"))
    var clusterDns: String?

    @Option(
        help: ArgumentHelp(
            "Who is asked for names that are not the cluster's, or none. (default: the name servers of "
                + "/etc/resolv.conf)", valueName: "ip[:port][,…]"))
    var dnsUpstream: String?

    @Option(
        help: ArgumentHelp(
            "How long answers about the cluster may be kept, 0 to 3600. (CoreDNS: ttl)",
            valueName: "seconds"))
    var dnsTtl: UInt32 = 5

    @Option(
        help: ArgumentHelp(
            "Names of Pods such as 10-244-0-7.default.pod.cluster.local: disabled, insecure (any address) or verified "
                + "(those that a Pod of the namespace has). (CoreDNS: pods)", valueName: "mode"))
    var dnsPods = "insecure"

    @Option(
        help: ArgumentHelp(
            "Show only these namespaces. (CoreDNS: namespaces)", valueName: "name[,…]"))
    var dnsNamespaces: String?

    @Option(
        help: ArgumentHelp(
            "Answer for these reverse zones, too, and not only for those of the Pod and Service CIDRs. (CoreDNS: zones)",
            valueName: "zone[,…]"))
    var dnsReverseZones: String?

    @Flag(
        help:
            "Name endpoints without a hostname by their Pods. (CoreDNS: endpoint_pod_names)")
    var dnsEndpointPodNames = false

    @Flag(help: "Show no endpoints, and no headless Services. (CoreDNS: noendpoints)")
    var dnsNoEndpoints = false

    @Flag(
        help: "Show no Service without a ready endpoint. (CoreDNS: ignore empty_service)")
    var dnsIgnoreEmptyService = false

    /// The options, read; every mistake is a `ValidationError`.
    func settings(domain: String) throws(ValidationError) -> DNSSettings {
        guard let domain = DNS.Name(domain) else {
            throw ValidationError("--cluster-domain \(domain): not a domain name")
        }
        var zone = DNSZoneOptions(domain: domain)
        guard dnsTtl <= 3600 else {
            throw ValidationError("--dns-ttl \(dnsTtl): must be 0 to 3600 seconds")
        }
        zone.ttl = dnsTtl
        guard let mode = DNSZoneOptions.PodRecords(rawValue: dnsPods) else {
            throw ValidationError(
                "--dns-pods \(dnsPods): must be disabled, insecure or verified")
        }
        zone.podRecords = mode
        zone.exposedNamespaces = dnsNamespaces.map { Set(CommandLineWords.list($0)) }
        zone.reverseZones = try reverseZones()
        zone.namesEndpointsByPod = dnsEndpointPodNames
        zone.omitsEndpoints = dnsNoEndpoints
        zone.ignoresEmptyServices = dnsIgnoreEmptyService
        return DNSSettings(
            listen: try Self.addresses(dnsListen, "--dns-listen", defaultPort: nil), zone: zone,
            upstreams: try upstreams())
    }

    private func reverseZones() throws(ValidationError) -> [DNS.Name] {
        var zones: [DNS.Name] = []
        for text in CommandLineWords.list(dnsReverseZones) {
            guard let zone = DNS.Name(text), ReverseName(zone) != nil else {
                throw ValidationError(
                    "--dns-reverse-zones \(text): not in-addr.arpa, ip6.arpa or a zone below them")
            }
            zones.append(zone)
        }
        return zones
    }

    private func upstreams() throws(ValidationError) -> [IPSocketAddress]? {
        if dnsUpstream == "none" { return [] }
        guard dnsUpstream != nil else { return nil }
        return try Self.addresses(dnsUpstream, "--dns-upstream", defaultPort: DNS.port)
    }

    private static func addresses(
        _ list: String?, _ option: String, defaultPort: Port?
    ) throws(ValidationError) -> [IPSocketAddress] {
        var addresses: [IPSocketAddress] = []
        for text in CommandLineWords.list(list) {
            if let defaultPort, let address = IPAddress(text) {
                addresses.append(IPSocketAddress(address, defaultPort))
            } else if let address = IPSocketAddress(text), address.port != 0 {
                addresses.append(address)
            } else {
                throw ValidationError(
                    "\(option) \(text): not an address with a port, such as 192.0.2.1:53")
            }
        }
        return addresses
    }
}

/// What `up` was asked for about DNS.
struct DNSSettings: Sendable {
    /// Empty: choose.
    var listen: [IPSocketAddress]
    var zone: DNSZoneOptions
    /// nil: those of the host; empty: nobody is asked.
    var upstreams: [IPSocketAddress]?
}
