import ArgumentParser
import KubeAPI

/// `pointsman token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Give others access to the API, and take it back.",
        discussion: """
            A token stands for one role:
              admin   everything, tokens included
              edit    read everything but tokens; write Services, endpoints, Pods, Events and Leases
              view    read everything but tokens
              node    what the agents of a node need, such as kube-proxy

            Clients send it as `Authorization: Bearer …`; kubectl takes it by --token or from a kubeconfig.
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])

    static let userAgent = "pointsman-token"
}

extension Role: ExpressibleByArgument {}
