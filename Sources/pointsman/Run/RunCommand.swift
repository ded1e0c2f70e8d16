import ArgumentParser
import Linux
import Pods

/// `pointsman run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run local processes as Pods, in the foreground.",
        discussion: """
            With privilege each Pod has a network namespace, an address and a resolv.conf of its own; without, a loopback
            address of its own, which the process has to bind: $(POD_IP) in the command stands for it. The environment
            has POD_NAME, POD_NAMESPACE, POD_IP and Kubernetes' service variables.

            A process that dies is restarted. SIGTERM or Ctrl-C ends the Pods one by one their connections: first nothing
            new is sent to them, then they get SIGTERM, after the grace period SIGKILL. A second Ctrl-C kills at once.

            Examples:
              pointsman run -l app=web --port http=8080 --ready tcp:8080 --replicas 3 -- ./server --listen '$(POD_IP):8080'
              pointsman run --name db -l app=database --port 3306 --ready exec:'./ping-db' -- ./database
              pointsman run -n shop -l app=web --ready http::8080/healthz --grace 30 -- nginx -c /srv/nginx.conf
            """)

    @Option(
        help: ArgumentHelp(
            "What the Pods' names begin with. (default: the program's name)", valueName: "name"))
    var name: String?

    @OptionGroup var pod: PodOptions

    @Option(help: ArgumentHelp("How many Pods.", valueName: "number"))
    var replicas = 1

    @Option(
        help: ArgumentHelp(
            "Seconds that a Pod has to end its connections, and again to end itself.",
            valueName: "seconds"))
    var grace: Int64 = 10

    @Option(help: ArgumentHelp("The domain of Service names, as `up` has it.", valueName: "domain"))
    var clusterDomain = "cluster.local"

    @OptionGroup var connection: ClientOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The program and its arguments, after --.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "give the program after --, as in: pointsman run -l app=web -- ./server")
        }
        guard (1...1000).contains(replicas) else {
            throw ValidationError("--replicas \(replicas): must be between 1 and 1000")
        }
        guard (0...3600).contains(grace) else {
            throw ValidationError("--grace \(grace): must be between 0 and 3600 seconds")
        }
        _ = try pod.labelMap()
        _ = try pod.containerPorts()
        _ = try pod.readinessProbe()
    }

    func run() async throws {
        let (client, namespace) = try connection.connect(userAgent: "pointsman-run")
        let runner = PodRunner(try configuration(in: namespace), client)
        let status: Int32
        do {
            status = try await runner.run()
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func configuration(in namespace: String) throws -> PodRunnerConfiguration {
        var configuration = PodRunnerConfiguration(
            name: name ?? PodName.base(forCommand: command), command: command,
            environment: Host.environment)
        configuration.namespace = namespace
        configuration.labels = try pod.labelMap()
        configuration.ports = try pod.containerPorts()
        configuration.readinessProbe = try pod.readinessProbe()
        configuration.weight = pod.weight
        configuration.replicas = replicas
        configuration.gracePeriodSeconds = grace
        configuration.clusterDomain = clusterDomain
        configuration.colours = StandardStream.output.isTerminal
        return configuration
    }
}
