import APIClient
import ArgumentParser
import KubeAPI
import Linux
import Watching

/// `pointsman token create`.
struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token, and print it this once.",
        discussion: """
            The server keeps a hash of it only: a token that is lost cannot be shown again; revoke it and make another.

            Examples:
              pointsman token create grafana --role view
              pointsman token create deploy --role edit -n shop --ttl 24h
              pointsman token create jane --role edit --ttl 90d --kubeconfig-out jane.kubeconfig
              TOKEN=$(pointsman token create probe --role view --ttl 10m); kubectl --token "$TOKEN" get services
            """)

    @Argument(help: "The token's name.")
    var name: String

    @Option(help: ArgumentHelp("What it allows: admin, edit, view or node.", valueName: "role"))
    var role: Role

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The one namespace that it holds in; edit and view only. (default: everywhere)",
            valueName: "name"))
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "How long it is valid, such as 30m, 24h or 90d. (default: until it is revoked)",
            valueName: "time"))
    var ttl: Lifetime?

    @Option(
        help: ArgumentHelp(
            "Write a kubeconfig with it to a new file of mode 0600 instead of printing it.",
            valueName: "path"))
    var kubeconfigOut: String?

    @Option(name: .short, help: "table or json.")
    var output = OutputFormat.table

    @OptionGroup var connection: KubeconfigOptions

    func validate() throws {
        if namespace != nil, !role.canBeNamespaced {
            throw ValidationError("--namespace: a token of role \(role) holds everywhere")
        }
    }

    func run() async throws {
        if let kubeconfigOut, FileSystem.exists(kubeconfigOut) {
            throw CommandFailure(
                description: "\(kubeconfigOut) exists: remove it, or name another file")
        }
        let (client, kubeconfig) = try connection.connect(userAgent: TokenCommand.userAgent)
        let object: JSON
        do {
            object = try await client.create(.tokens, request).json()
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        guard let text = object.value(at: "status", "token")?.string else {
            throw CommandFailure(description: "the server has made no token: is it pointsman?")
        }
        if let kubeconfigOut {
            do {
                try write(text, kubeconfig, to: kubeconfigOut)
            } catch {
                // Nobody has it: it must not stay valid.
                try? await client.delete(.tokens, ObjectName(name))
                throw CommandFailure(description: "the kubeconfig cannot be written: \(error)")
            }
        }
        show(TokenRow(object), text)
    }

    private var request: JSON {
        var spec: JSON = ["role": .string(role.rawValue)]
        if let namespace { spec["namespace"] = .string(namespace) }
        if let ttl { spec["expirationSeconds"] = .integer(ttl.seconds) }
        return [
            "apiVersion": .string(Resource.tokens.apiVersion),
            "kind": .string(Resource.tokens.kind),
            "metadata": ["name": .string(name)], "spec": spec,
        ]
    }

    private func write(
        _ text: String, _ kubeconfig: Kubeconfig, to path: String
    ) throws(SystemError) {
        var file = KubeconfigText(
            server: "https://\(kubeconfig.server)", user: "pointsman-\(name)", .token(text))
        file.certificateAuthority = kubeconfig.certificateAuthority
        file.tlsServerName = kubeconfig.tlsServerName
        file.insecureSkipTLSVerify = kubeconfig.insecureSkipTLSVerify
        file.namespace = namespace
        try PrivateFile.write(Array(file.text.utf8), to: path)
    }

    /// The token goes to the standard output alone, so that a shell can take it from there.
    private func show(_ row: TokenRow, _ text: String) {
        switch output {
        case .json:
            var json = row.json
            if let kubeconfigOut {
                json["kubeconfig"] = .string(kubeconfigOut)
            } else {
                json["token"] = .string(text)
            }
            print(String(decoding: json.encoded(), as: UTF8.self))
        case .table:
            let place = row.namespace.map { " in namespace \($0)" } ?? ""
            let end = row.expires.map { "until \($0)" } ?? "until it is revoked"
            let what = "token/\(name) created: role \(row.role)\(place), \(end)"
            if let kubeconfigOut {
                print("\(what); kubeconfig \(kubeconfigOut)")
            } else {
                StandardStream.error.write("\(what); it is shown this once\n")
                print(text)
            }
        }
    }
}
