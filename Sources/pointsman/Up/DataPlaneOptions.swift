import Addresses
import ArgumentParser
import LoadBalancing

/// The options of `up` about the data plane; where kube-proxy has one, with its name.
struct DataPlaneOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How packets are forwarded: nftables in the kernel (with CAP_NET_ADMIN), userspace by this process; auto "
                + "takes nftables where it can.", valueName: "name"))
    var dataPlane = DataPlaneChoice.auto

    @Option(
        help: ArgumentHelp(
            "Where NodePorts are served: networks of addresses of this node, or primary for its own IPs. Loopback "
                + "addresses serve them too with primary.", valueName: "cidr[,cidr]"))
    var nodeportAddresses = "primary"

    @Flag(help: "Give everything that goes to a ClusterIP the node's own source address.")
    var masqueradeAll = false

    @Option(
        help: ArgumentHelp(
            "Where /healthz and /livez of the proxy answer, such as 0.0.0.0:10256. (default: nowhere)",
            valueName: "address:port"))
    var healthzBindAddress: String?

    /// The options, read; every mistake is a `ValidationError`.
    func settings() throws(ValidationError) -> DataPlaneSettings {
        var settings = DataPlaneSettings()
        settings.choice = dataPlane
        settings.masqueradeAll = masqueradeAll
        do throws(NodePortAddressSelection.ParseError) {
            settings.nodePortAddresses = try NodePortAddressSelection(
                parsing: CommandLineWords.list(nodeportAddresses))
        } catch {
            throw ValidationError("--nodeport-addresses \(nodeportAddresses): \(error)")
        }
        if let text = healthzBindAddress {
            guard let address = IPSocketAddress(text), address.port != 0 else {
                throw ValidationError(
                    "--healthz-bind-address \(text): not an address with a port, such as 0.0.0.0:10256"
                )
            }
            settings.healthz = address
        }
        return settings
    }
}

enum DataPlaneChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, userspace, nftables
}

/// What `up` was asked for about the data plane.
struct DataPlaneSettings: Sendable {
    var choice = DataPlaneChoice.auto
    var nodePortAddresses = NodePortAddressSelection.primary
    var masqueradeAll = false
    var healthz: IPSocketAddress?
}
