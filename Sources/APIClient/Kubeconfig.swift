import FoundationEssentials
import Yams

/// Where an API server is and who we are to it: one context of a kubeconfig file.
package struct Kubeconfig: Equatable, Sendable {
    /// `https://host:port`, without a trailing slash.
    package var server: ServerAddress
    /// PEM; nil: the system's trust store.
    package var certificateAuthority: [UInt8]?
    package var insecureSkipTLSVerify = false
    /// The name to expect in the server's certificate; nil: the host of `server`.
    package var tlsServerName: String?
    /// PEM, both or neither.
    package var clientCertificate: [UInt8]?
    package var clientKey: [UInt8]?
    package var token: String?
    /// The context's namespace; `default` where it names none.
    package var namespace = "default"

    package init(server: ServerAddress) { self.server = server }

    /// Reads the text of a kubeconfig file (YAML or JSON). Paths in it are relative to `directory`.
    /// - Parameters:
    ///   - context: the context to use; nil: `current-context`.
    ///   - directory: of the file, without a trailing slash.
    package init(
        yaml text: String, context name: String? = nil, directory: String
    ) throws(KubeconfigError) {
        let document: KubeconfigFile
        do {
            document = try YAMLDecoder().decode(KubeconfigFile.self, from: text)
        } catch {
            throw KubeconfigError("not a kubeconfig file: \(error)")
        }
        try self.init(document, context: name, directory: directory)
    }

    private init(
        _ file: KubeconfigFile, context name: String?, directory: String
    ) throws(KubeconfigError) {
        guard let name = name ?? file.currentContext, !name.isEmpty else {
            throw KubeconfigError("no current-context is set")
        }
        guard let context = file.contexts?.first(where: { $0.name == name })?.context else {
            throw KubeconfigError("context \"\(name)\" does not exist")
        }
        guard let cluster = file.clusters?.first(where: { $0.name == context.cluster })?.cluster
        else { throw KubeconfigError("cluster \"\(context.cluster)\" does not exist") }
        guard let server = ServerAddress(url: cluster.server) else {
            throw KubeconfigError("server \"\(cluster.server)\" is not an https URL")
        }
        let files = KubeconfigReferences(directory: directory)
        self.server = server
        certificateAuthority = try files.pem(
            cluster.certificateAuthorityData, cluster.certificateAuthority)
        insecureSkipTLSVerify = cluster.insecureSkipTLSVerify ?? false
        tlsServerName = cluster.tlsServerName
        if let namespace = context.namespace, !namespace.isEmpty { self.namespace = namespace }
        guard let user = file.users?.first(where: { $0.name == context.user })?.user else { return }
        clientCertificate = try files.pem(user.clientCertificateData, user.clientCertificate)
        clientKey = try files.pem(user.clientKeyData, user.clientKey)
        if let token = user.token {
            self.token = token
        } else if let path = user.tokenFile {
            token = try files.text(path)
        }
        if user.exec != nil || user.authProvider != nil {
            throw KubeconfigError("exec and auth-provider credentials are not supported")
        }
    }
}

/// Why a kubeconfig cannot be used.
package struct KubeconfigError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Data that a kubeconfig holds in base64 or names as a file.
private struct KubeconfigReferences {
    let directory: String

    func pem(_ base64: String?, _ path: String?) throws(KubeconfigError) -> [UInt8]? {
        if let base64, !base64.isEmpty {
            guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters) else {
                throw KubeconfigError("a certificate or key is not valid base64")
            }
            return Array(data)
        }
        guard let path, !path.isEmpty else { return nil }
        return try bytes(path)
    }

    func text(_ path: String) throws(KubeconfigError) -> String {
        let text = String(decoding: try bytes(path), as: UTF8.self)
        return String(text.split(whereSeparator: \.isWhitespace).first ?? "")
    }

    private func bytes(_ path: String) throws(KubeconfigError) -> [UInt8] {
        let full = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        do {
            return Array(try Data(contentsOf: URL(filePath: full)))
        } catch {
            throw KubeconfigError("\(full) cannot be read")
        }
    }
}

/// The file as it is written (client.authentication and clientcmd v1).
private struct KubeconfigFile: Decodable {
    var currentContext: String?
    var clusters: [NamedCluster]?
    var contexts: [NamedContext]?
    var users: [NamedUser]?

    enum CodingKeys: String, CodingKey {
        case currentContext = "current-context"
        case clusters, contexts, users
    }

    struct NamedCluster: Decodable {
        var name: String
        var cluster: Cluster
    }

    struct Cluster: Decodable {
        var server: String
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var insecureSkipTLSVerify: Bool?
        var tlsServerName: String?

        enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case tlsServerName = "tls-server-name"
        }
    }

    struct NamedContext: Decodable {
        var name: String
        var context: Context
    }

    struct Context: Decodable {
        var cluster: String
        var user: String?
        var namespace: String?
    }

    struct NamedUser: Decodable {
        var name: String
        var user: User
    }

    struct User: Decodable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var exec: Ignored?
        var authProvider: Ignored?

        enum CodingKeys: String, CodingKey {
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case token, tokenFile, exec
            case authProvider = "auth-provider"
        }
    }

    struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}
