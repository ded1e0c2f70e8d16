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
            "How Pods are told from others, for masquerading and the short cut of externalTrafficPolicy Local: by "
                + "their addresses (ClusterCIDR, NodeCIDR), or in the nftables data plane by the interface that they "
                + "are behind (BridgeInterface, InterfaceNamePrefix).", valueName: "mode"))
    var detectLocalMode = DetectLocalMode.clusterCIDR

    @Option(help: ArgumentHelp("The bridge of BridgeInterface.", valueName: "name"))
    var podBridgeInterface: String?

    @Option(
        help: ArgumentHelp("What the names of InterfaceNamePrefix begin with.", valueName: "text"))
    var podInterfaceNamePrefix: String?

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
        settings.podInterfaces = try podInterfaces()
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

extension DataPlaneOptions {
    private func podInterfaces() throws(ValidationError) -> PodInterfaces? {
        switch detectLocalMode {
        case .clusterCIDR, .nodeCIDR:
            for (option, value) in [
                ("--pod-bridge-interface", podBridgeInterface),
                ("--pod-interface-name-prefix", podInterfaceNamePrefix),
            ] where value != nil {
                throw ValidationError("\(option) goes with another --detect-local-mode")
            }
            return nil
        case .bridgeInterface:
            return .bridge(try name(podBridgeInterface, "--pod-bridge-interface"))
        case .interfaceNamePrefix:
            return .prefix(try name(podInterfaceNamePrefix, "--pod-interface-name-prefix"))
        }
    }

    private func name(_ text: String?, _ option: String) throws(ValidationError) -> String {
        guard dataPlane != .userspace else {
            throw ValidationError(
                "--detect-local-mode \(detectLocalMode.rawValue): the userspace data plane does not see "
                    + "interfaces; use ClusterCIDR")
        }
        guard let text, (1...PodInterfaces.longestName).contains(text.utf8.count),
            !text.contains("/"), !text.contains(" ")
        else {
            throw ValidationError(
                "--detect-local-mode \(detectLocalMode.rawValue) needs \(option) with 1 to "
                    + "\(PodInterfaces.longestName) bytes of an interface's name")
        }
        return text
    }
}

enum DetectLocalMode: String, CaseIterable, ExpressibleByArgument, Sendable {
    case clusterCIDR = "ClusterCIDR"
    case nodeCIDR = "NodeCIDR"
    case bridgeInterface = "BridgeInterface"
    case interfaceNamePrefix = "InterfaceNamePrefix"
}

enum DataPlaneChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, userspace, nftables
}

/// What `up` was asked for about the data plane.
struct DataPlaneSettings: Sendable {
    var choice = DataPlaneChoice.auto
    var nodePortAddresses = NodePortAddressSelection.primary
    var masqueradeAll = false
    /// nil: Pods are told by their addresses.
    var podInterfaces: PodInterfaces?
    var healthz: IPSocketAddress?
}
