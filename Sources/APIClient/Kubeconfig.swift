import FoundationEssentials
import KubeAPI

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
        let document: JSON
        do throws(YAMLError) { document = try YAML.parse(Array(text.utf8)).value } catch {
            throw KubeconfigError("not a kubeconfig file: \(error)")
        }
        guard document.object != nil else {
            throw KubeconfigError("not a kubeconfig file: it is no mapping")
        }
        let root = KubeconfigNode(json: document, path: "")
        try self.init(root, context: name, directory: directory)
    }

    private init(
        _ file: KubeconfigNode, context name: String?, directory: String
    ) throws(KubeconfigError) {
        let current = try file.text("current-context")
        guard let name = name ?? current, !name.isEmpty else {
            throw KubeconfigError("no current-context is set")
        }
        guard let context = try file.named("contexts", name, "context") else {
            throw KubeconfigError("context \"\(name)\" does not exist")
        }
        let clusterName = try context.text("cluster") ?? ""
        guard let cluster = try file.named("clusters", clusterName, "cluster") else {
            throw KubeconfigError("cluster \"\(clusterName)\" does not exist")
        }
        let url = try cluster.text("server") ?? ""
        guard let server = ServerAddress(url: url) else {
            throw KubeconfigError("server \"\(url)\" is not an https URL")
        }
        let files = KubeconfigReferences(directory: directory)
        self.server = server
        certificateAuthority = try files.pem(cluster, "certificate-authority")
        insecureSkipTLSVerify = try cluster.flag("insecure-skip-tls-verify")
        tlsServerName = try cluster.text("tls-server-name")
        if let namespace = try context.text("namespace"), !namespace.isEmpty {
            self.namespace = namespace
        }
        guard let user = try file.named("users", context.text("user") ?? "", "user") else { return }
        clientCertificate = try files.pem(user, "client-certificate")
        clientKey = try files.pem(user, "client-key")
        if let token = try user.text("token"), !token.isEmpty {
            self.token = token
        } else if let path = try user.text("tokenFile") {
            token = try files.text(path)
        }
        if user.has("exec") || user.has("auth-provider") {
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

    /// - Parameter key: of the path of a file; with `-data` behind it, of the content.
    func pem(_ node: KubeconfigNode, _ key: String) throws(KubeconfigError) -> [UInt8]? {
        if let base64 = try node.text(key + "-data"), !base64.isEmpty {
            guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters) else {
                throw KubeconfigError("a certificate or key is not valid base64")
            }
            return Array(data)
        }
        guard let path = try node.text(key), !path.isEmpty else { return nil }
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

/// A mapping in the file (clientcmd v1), read key by key: a value of another type than the key has is an error.
private struct KubeconfigNode {
    let json: JSON
    /// Where it is in the file.
    let path: String

    func has(_ key: String) -> Bool { json[key].map { !$0.isNull } ?? false }

    func text(_ key: String) throws(KubeconfigError) -> String? {
        guard has(key) else { return nil }
        guard let text = json[key]?.string else { throw wrong(key, "a text") }
        return text
    }

    func flag(_ key: String) throws(KubeconfigError) -> Bool {
        guard has(key) else { return false }
        guard let flag = json[key]?.bool else { throw wrong(key, "true or false") }
        return flag
    }

    /// The member of the first entry of a list that has this name.
    func named(
        _ list: String, _ name: String, _ member: String
    ) throws(KubeconfigError) -> KubeconfigNode? {
        guard has(list) else { return nil }
        guard let entries = json[list]?.array else { throw wrong(list, "a list") }
        guard let entry = entries.first(where: { $0["name"]?.string == name }) else { return nil }
        let path = "\(list)[\(name)].\(member)"
        // A user without anything is one who shows nothing.
        var value = entry[member] ?? .null
        if value.isNull { value = [:] }
        guard value.object != nil else {
            throw KubeconfigError("not a kubeconfig file: \(path) is not a mapping")
        }
        return KubeconfigNode(json: value, path: path + ".")
    }

    private func wrong(_ key: String, _ what: String) -> KubeconfigError {
        KubeconfigError("not a kubeconfig file: \(path)\(key) is not \(what)")
    }
}
