import ArgumentParser

@main
struct Pointsman: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pointsman",
        abstract:
            "Kubernetes Services on any Linux host: a layer-4 load balancer with an API, controllers and DNS.",
        discussion: """
            A first look, on a host without Kubernetes:

              pointsman up                                   # in one terminal
              export KUBECONFIG=…                            # the line that `up` prints
              pointsman run -l app=web --port 8080 --replicas 3 -- python3 -m http.server -b '$(POD_IP)' 8080
              kubectl create service clusterip web --tcp=80:8080
            """,
        version: Version.pointsman,
        subcommands: [
            UpCommand.self, RunCommand.self, PodCommand.self, TokenCommand.self,
            CleanupCommand.self,
        ])
}
