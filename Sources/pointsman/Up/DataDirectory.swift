import APIClient
import Addresses
import Certificates
import KubeAPI
import Linux

/// What `up` keeps on disk: the store, the certificates and the kubeconfig. Mode 0700, every secret 0600.
struct DataDirectory: Sendable {
    let path: String

    var kubeconfigPath: String { path + "/kubeconfig" }
    var storePath: String { path + "/store.sqlite" }
    private var planPath: String { path + "/address-plan.json" }
    private var pki: String { path + "/pki" }

    /// `/var/lib/pointsman` for root, else `~/.local/state/pointsman`.
    static var defaultPath: String {
        if Host.isRoot { return "/var/lib/pointsman" }
        if let state = Host.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/pointsman"
        }
        return (Host.environment("HOME") ?? "/tmp") + "/.local/state/pointsman"
    }

    /// Makes the directory where it is missing. The path becomes an absolute one: it is printed for other shells.
    init(_ path: String) throws(SystemError) {
        try PrivateFile.createDirectory(path)
        self.path = PrivateFile.absolute(path)
        try PrivateFile.createDirectory(self.path + "/pki")
    }

    // MARK: Certificates

    /// The authority of this directory; made at the first start.
    func authority(now: Double) throws -> CertificateAuthority {
        if let kept = try read("ca") { return try CertificateAuthority(kept) }
        let authority = try CertificateAuthority(commonName: "pointsman-ca", now: now)
        try write(authority.credentials, "ca")
        return authority
    }

    /// Credentials that `make` signs anew when there are none, or `isCurrent` does not accept the kept ones.
    func credentials(
        _ name: String, isCurrent: (Credentials) -> Bool, make: () throws -> Credentials
    ) throws -> Credentials {
        if let kept = try read(name), isCurrent(kept) { return kept }
        let made = try make()
        try write(made, name)
        return made
    }

    private func read(_ name: String) throws(SystemError) -> Credentials? {
        guard let certificate = try PrivateFile.read("\(pki)/\(name).crt"),
            let key = try PrivateFile.read("\(pki)/\(name).key")
        else { return nil }
        return Credentials(certificate: certificate, key: key)
    }

    private func write(_ credentials: Credentials, _ name: String) throws(SystemError) {
        try PrivateFile.write(credentials.key, to: "\(pki)/\(name).key")
        try PrivateFile.write(credentials.certificate, to: "\(pki)/\(name).crt")
    }

    // MARK: Kubeconfig

    /// Writes the kubeconfig where there is none, or where it no longer leads here. One that a user has changed in
    /// other ways (a namespace, more contexts) is left alone; one that is replaced is kept beside it.
    func writeKubeconfig(
        server: String, authority: CertificateAuthority, admin: Credentials
    ) throws(SystemError) {
        let bytes = try PrivateFile.read(kubeconfigPath)
        if let bytes,
            let kept = try? Kubeconfig(
                yaml: String(decoding: bytes, as: UTF8.self), directory: path),
            kept.server == ServerAddress(url: server),
            kept.certificateAuthority == authority.credentials.certificate,
            kept.clientCertificate == admin.certificate
        {
            return
        }
        var file = KubeconfigText(server: server, user: "pointsman-admin", .certificate(admin))
        file.certificateAuthority = authority.credentials.certificate
        if let bytes { try PrivateFile.write(bytes, to: kubeconfigPath + ".old") }
        try PrivateFile.write(Array(file.text.utf8), to: kubeconfigPath)
    }

    // MARK: Address plan

    /// Refuses a start with other Service or Pod networks than those whose addresses the store has given out.
    func checkPlan(_ plan: AddressPlan) throws {
        let services = plan.serviceCIDRs.map(\.description)
        let pods = plan.podCIDRs.map(\.description)
        guard let bytes = try PrivateFile.read(planPath) else {
            let record: JSON = ["serviceCIDRs": .strings(services), "podCIDRs": .strings(pods)]
            try PrivateFile.write(record.encoded(), to: planPath)
            return
        }
        let record = try JSON(parsing: bytes)
        for (option, key, now) in [
            ("--service-cidr", "serviceCIDRs", services), ("--pod-cidr", "podCIDRs", pods),
        ] {
            let kept = record[key]?.array?.compactMap(\.string) ?? []
            guard kept == now else {
                throw AddressPlanError(
                    "\(path) was made with \(option) \(kept.joined(separator: ",")), and its objects have "
                        + "addresses from there, but this start would use \(now.joined(separator: ",")); "
                        + "give that option, or another --data-dir")
            }
        }
    }
}
