import APIClient
import ArgumentParser

/// How a command that works in a namespace finds the API.
struct ClientOptions: ParsableArguments {
    @OptionGroup var location: KubeconfigOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The namespace. (default: the kubeconfig's)", valueName: "name"))
    var namespace: String?

    /// A client, and the namespace to work in.
    func connect(userAgent: String) throws -> (client: APIClient, namespace: String) {
        let (client, kubeconfig) = try location.connect(userAgent: userAgent)
        return (client, namespace ?? kubeconfig.namespace)
    }
}
