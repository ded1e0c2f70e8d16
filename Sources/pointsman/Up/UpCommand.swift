import Addresses
import ArgumentParser
import Controllers
import KubeAPI
import Linux

/// `pointsman up`.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start everything on this host: API, store, controllers, data plane and DNS.",
        discussion: """
            With CAP_NET_ADMIN (as root) Pods get network namespaces and addresses of their own; without, every address
            is a slice of 127.0.0.0/8. It stays in the foreground; SIGTERM or Ctrl-C stops it, and the next start
            continues with the same objects, addresses and resourceVersions. What the nftables data plane has put into
            the kernel goes on forwarding meanwhile; `pointsman cleanup` removes it.

            Examples:
              pointsman up
              pointsman up --data-dir ./state --listen 127.0.0.1:7443
              pointsman up --data-plane userspace
              pointsman up --lb-pool 192.168.1.240/28 --node-ip 192.168.1.10
              pointsman up --service-cidr 10.96.0.0/16,fd00:96::/112 --pod-cidr 10.244.0.0/24,fd00:244::/64
            """)

    @Option(
        help: ArgumentHelp(
            "Where the store, the certificates and the kubeconfig are kept. (default: "
                + "/var/lib/pointsman for root, else ~/.local/state/pointsman)", valueName: "path"))
    var dataDir: String?

    @Option(
        help: ArgumentHelp(
            "Where the API listens, for clients on this host.", valueName: "address:port"))
    var listen = "127.0.0.1:6443"

    @Option(
        help: ArgumentHelp(
            "Networks of ClusterIPs, one or two families. (default: 10.96.0.0/12 and an fd00: pair with privilege, "
                + "127.96.0.0/16 without)", valueName: "cidr[,cidr]"))
    var serviceCidr: String?

    @Option(
        help: ArgumentHelp(
            "Networks of Pods. (default: 10.244.0.0/24 and an fd00: pair with privilege, 127.244.0.0/24 without)",
            valueName: "cidr[,cidr]"))
    var podCidr: String?

    @Option(
        help: ArgumentHelp(
            "The name of the Node object. (default: the host's name)", valueName: "name"))
    var nodeName: String?

    @Option(
        help: ArgumentHelp(
            "Addresses of this node: NodePorts are served there and on loopback. (default: the address of the "
                + "default route)", valueName: "ip[,ip]"))
    var nodeIp: String?

    @Option(help: ArgumentHelp("Ports of NodePort Services.", valueName: "first-last"))
    var nodePortRange = "30000-32767"

    @Option(
        name: .customLong("lb-pool"),
        help: ArgumentHelp(
            "A network of addresses for LoadBalancer Services; may be repeated. (default: 10.245.0.0/24 and an fd00: "
                + "pair with privilege, 127.245.0.0/24 without)", valueName: "cidr"))
    var loadBalancerPools: [String] = []

    @Option(help: ArgumentHelp("The domain of Service names.", valueName: "domain"))
    var clusterDomain = "cluster.local"

    @Option(
        help: ArgumentHelp(
            "Rules of Kubernetes to turn off: \(FeatureGates.names.joined(separator: ", ")). (default: all on)",
            valueName: "name=false[,…]"))
    var featureGates: String?

    @OptionGroup(title: "Data plane") var dataPlane: DataPlaneOptions
    @OptionGroup(title: "DNS") var dns: DNSOptions
    @OptionGroup(title: "Controllers") var controllers: ControllerOptions

    @Flag(name: .shortAndLong, help: "Log more.")
    var verbose = false

    func validate() throws {
        _ = try configuration()
    }

    func run() async throws {
        let options = try configuration()
        do {
            try await StandAlone(options).run()
        } catch let error as ExitCode {
            throw error
        } catch {
            throw CommandFailure(description: "\(error)")
        }
    }

    /// The options, read; every mistake is a `ValidationError`.
    func configuration() throws(ValidationError) -> UpOptions {
        guard let listen = IPSocketAddress(listen), listen.port != 0 else {
            throw ValidationError(
                "--listen \(listen): not an address with a port, such as 127.0.0.1:6443")
        }
        let domain = clusterDomain.hasSuffix(".") ? String(clusterDomain.dropLast()) : clusterDomain
        guard Self.isDomain(domain) else {
            throw ValidationError("--cluster-domain \(clusterDomain): not a domain name")
        }
        let gates: FeatureGates
        do throws(FeatureGateError) {
            gates = try FeatureGates(parsing: featureGates ?? "")
        } catch {
            throw ValidationError("--feature-gates: \(error)")
        }
        let name = nodeName ?? Host.name
        guard Self.isDomain(name) else {
            throw ValidationError(
                "--node-name \(name): not a name of lower-case letters, digits, '-' and '.'")
        }
        return UpOptions(
            dataDirectory: dataDir ?? DataDirectory.defaultPath, listen: listen,
            addresses: AddressOptions(
                serviceCIDRs: CommandLineWords.list(serviceCidr),
                podCIDRs: CommandLineWords.list(podCidr),
                nodeIPs: CommandLineWords.list(nodeIp),
                loadBalancerPools: loadBalancerPools.flatMap(CommandLineWords.list),
                dnsClusterIPs: CommandLineWords.list(dns.clusterDns)),
            nodeName: name, nodePorts: try nodePorts(), clusterDomain: domain.lowercased(),
            dns: try dns.settings(domain: domain.lowercased()),
            controllers: try controllers.settings(), dataPlane: try dataPlane.settings(),
            gates: gates, isVerbose: verbose)
    }

    private func nodePorts() throws(ValidationError) -> ClosedRange<Port> {
        let parts = nodePortRange.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Port(parts[0]), let last = Port(parts[1]), first > 0,
            first <= last
        else {
            throw ValidationError(
                "--node-port-range \(nodePortRange): not a range such as 30000-32767")
        }
        return first...last
    }

    /// RFC 1123: labels of lower-case letters, digits and inner dashes.
    private static func isDomain(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy {
                    $0 == "-" || $0.isASCII && ($0.isNumber || $0.isLetter && $0.isLowercase)
                }
        }
    }
}

/// What `up` was asked for.
struct UpOptions: Sendable {
    var dataDirectory: String
    var listen: IPSocketAddress
    var addresses: AddressOptions
    var nodeName: String
    var nodePorts: ClosedRange<Port>
    var clusterDomain: String
    var dns: DNSSettings
    var controllers: ControllerSettings
    var dataPlane: DataPlaneSettings
    var gates: FeatureGates
    var isVerbose: Bool
}

/// An error with a text for the user.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}
