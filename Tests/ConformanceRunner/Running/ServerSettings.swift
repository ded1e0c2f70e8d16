import Addresses

/// The server that a case asks for. Cases with equal settings share one.
struct ServerSettings: Hashable, Sendable {
    /// The first family is the default.
    var serviceCIDRs = ["10.96.0.0/16", "fd00:96::/112"]
    var nodePortRange = "30000-32767"
    /// `Name=false`: rules that are off.
    var featureGates: [String] = []

    /// Addresses that this host has beside its own.
    var hostAddresses: [String] = []
    /// More options of `pointsman up`.
    var options: [String] = []

    /// What validation and most other cases run on.
    static let standard = ServerSettings()

    /// The options of `pointsman up`.
    var arguments: [String] {
        [
            "--service-cidr", serviceCIDRs.joined(separator: ","), "--pod-cidr",
            others(["10.244.0.0/24", "fd00:244::/64"], otherwise: "172.29.0.0/24"),
            "--node-port-range", nodePortRange, "--feature-gates",
            featureGates.joined(separator: ","),
        ]
            + others(["10.245.0.0/24", "fd00:245::/112"], otherwise: "172.29.1.0/24")
            .split(separator: ",").flatMap { ["--lb-pool", String($0)] } + options
    }

    /// Networks of the same families in the same order that do not overlap the Service CIDRs.
    private func others(_ networks: [String], otherwise: String) -> String {
        let services = serviceCIDRs.compactMap { IPPrefix($0) }
        let free = (networks + [otherwise]).compactMap { IPPrefix($0) }.filter { network in
            !services.contains { $0.overlaps(network) }
        }
        return services.compactMap { service in
            free.first { $0.family == service.family }?.description
        }.joined(separator: ",")
    }
}
