import Addresses
import Certificates

/// Everything signed that a start needs.
struct ServerCredentials: Sendable {
    let authority: CertificateAuthority
    let serving: Credentials
    let admin: Credentials

    private static let day = 86400.0

    /// Reads what the data directory has and signs what is missing. The serving certificate is new at each start:
    /// it names the addresses of this one.
    init(
        _ directory: DataDirectory, plan: AddressPlan, options: UpOptions, now: Double
    ) throws {
        let authority = try directory.authority(now: now)
        self.authority = authority
        serving = try authority.serving(
            names: Self.names(options), addresses: Self.addresses(plan, options), now: now)
        admin = try directory.credentials("admin") { kept in
            kept.isValid(at: now, margin: 30 * Self.day)
                && authority.hasSigned(kept)
        } make: {
            try authority.client(user: "kubernetes-admin", groups: ["system:masters"], now: now)
        }
    }

    private static func names(_ options: UpOptions) -> [String] {
        [
            "localhost", options.nodeName, "kubernetes", "kubernetes.default",
            "kubernetes.default.svc", "kubernetes.default.svc.\(options.clusterDomain)",
        ]
    }

    private static func addresses(_ plan: AddressPlan, _ options: UpOptions) -> [IPAddress] {
        let all =
            [IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv6: 0, 1), options.listen.address]
            + plan.hostAddresses + plan.apiClusterIPs + plan.nodeIPs
        return Array(Set(all)).filter { !$0.isUnspecified }.sorted()
    }
}
