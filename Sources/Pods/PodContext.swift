import Addresses
import KubeAPI
import Linux
import Watching

/// What all Pods of one runner share.
struct PodContext: Sendable {
    let configuration: PodRunnerConfiguration
    let api: any ObjectClient & ObjectSource
    let time: TimeSource
    let output: PodOutput
    let object: PodObject
    let runner: ProcessIdentity
    let nameservers: [IPAddress]

    /// Says something about a Pod on standard error.
    func say(_ prefix: LinePrefix, _ text: String) { output.errorLine(prefix.text + text) }

    /// The variables of a Pod's process, on top of what it inherits; services of an API that cannot be reached are
    /// left out.
    func environment(pod: String, addresses: [String]) async -> [String: String] {
        var environment = configuration.environment
        if let services = try? await services() {
            environment.merge(
                ServiceEnvironment.variables(services, namespace: configuration.namespace)
            ) { $1 }
        }
        environment["POD_NAME"] = pod
        environment["POD_NAMESPACE"] = configuration.namespace
        environment["POD_IP"] = addresses.first ?? ""
        environment["POD_IPS"] = addresses.joined(separator: ",")
        environment["HOSTNAME"] = pod
        return environment
    }

    private func services() async throws(Status) -> [Service] {
        let list = try await api.list(
            .services, ListOptions(namespace: configuration.namespace))
        var objects = list.items
        if configuration.namespace != "default" {
            // Who may work in one namespace alone sees no more of the other than this.
            let name = ObjectName(namespace: "default", name: "kubernetes")
            do throws(Status) { objects.append(try await api.get(.services, name)) } catch {
                guard error.reason == .notFound else { throw error }
            }
        }
        return objects.compactMap { object in (try? object.json()).map(Service.init(json:)) }
    }

    /// The text of the Pods' resolv.conf.
    var resolver: String {
        ResolverText.text(
            nameservers: nameservers, namespace: configuration.namespace,
            domain: configuration.clusterDomain,
            hostText: (try? FileSystem.readText("/etc/resolv.conf")) ?? "")
    }
}
