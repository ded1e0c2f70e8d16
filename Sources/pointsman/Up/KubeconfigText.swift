import Certificates
import FoundationEssentials
import KubeAPI

/// A kubeconfig with one cluster, one user and one context.
struct KubeconfigText {
    enum Secret {
        case certificate(Credentials)
        case token(String)
    }

    /// `https://host:port`.
    var server: String
    var user: String
    var secret: Secret
    /// PEM; nil: the trust store of the system.
    var certificateAuthority: [UInt8]?
    var tlsServerName: String?
    var insecureSkipTLSVerify = false
    /// nil: the client's default.
    var namespace: String?

    init(server: String, user: String, _ secret: Secret) {
        self.server = server
        self.user = user
        self.secret = secret
    }

    /// YAML; texts that others have chosen are quoted as JSON, which YAML reads.
    var text: String {
        let lines =
            ["apiVersion: v1", "kind: Config", "clusters:", "- name: pointsman", "  cluster:"]
            + clusterLines.map { "    \($0)" } + ["users:", "- name: \(user)", "  user:"]
            + userLines.map { "    \($0)" }
            + ["contexts:", "- name: pointsman", "  context:"]
            + contextLines.map { "    \($0)" } + ["current-context: pointsman"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var clusterLines: [String] {
        var lines = ["server: \(server)"]
        if let certificateAuthority {
            lines.append("certificate-authority-data: \(Self.base64(certificateAuthority))")
        }
        if let tlsServerName { lines.append("tls-server-name: \(Self.quoted(tlsServerName))") }
        if insecureSkipTLSVerify { lines.append("insecure-skip-tls-verify: true") }
        return lines
    }

    private var userLines: [String] {
        switch secret {
        case .certificate(let credentials):
            [
                "client-certificate-data: \(Self.base64(credentials.certificate))",
                "client-key-data: \(Self.base64(credentials.key))",
            ]
        case .token(let token): ["token: \(Self.quoted(token))"]
        }
    }

    private var contextLines: [String] {
        let namespace = namespace.map { ["namespace: \(Self.quoted($0))"] } ?? []
        return ["cluster: pointsman", "user: \(user)"] + namespace
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSON.string(text).encoded(), as: UTF8.self)
    }
}
