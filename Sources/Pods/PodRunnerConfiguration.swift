package import Addresses
package import KubeAPI
import Linux

/// What `pointsman run` shall run, and how.
package struct PodRunnerConfiguration: Sendable {
    /// The Pods' namespace.
    package var namespace = "default"
    /// What the Pods' names begin with, and the name of their container.
    package var name: String
    package var labels: [String: String] = [:]
    package var ports: [Pod.ContainerPort] = []
    /// nil: a Pod is ready as soon as its process runs.
    package var readinessProbe: Probe?
    /// Annotation `pointsman.dev/weight`.
    package var weight: UInt16?
    /// How many Pods; at least 1.
    package var replicas = 1
    /// Whole seconds: how long to wait until nothing new is sent, and again for the process to end.
    package var gracePeriodSeconds: Int64 = 10
    /// The program and its arguments; `$(NAME)` stands for an environment variable, as in Kubernetes.
    package var command: [String]
    /// What the processes inherit; the Pod's own variables come on top.
    package var environment: [String: String]
    /// nil: the runner's own working directory.
    package var directory: String?
    /// nil: the only Node that the API knows.
    package var nodeName: String?
    package var clusterDomain = "cluster.local"
    /// nil: the ClusterIPs of Service kube-system/kube-dns.
    package var nameservers: [IPAddress]?
    /// Network, mount and PID namespaces for each Pod; else the processes share the host's, and have to bind the
    /// loopback address `$(POD_IP)`.
    package var usesNamespaces = Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
    package var directories = PodDirectories()
    package var colours = false

    package init(name: String, command: [String], environment: [String: String]) {
        self.name = name
        self.command = command
        self.environment = environment
    }
}

/// Where Pods with namespaces keep what they need on the host.
package struct PodDirectories: Sendable, Equatable {
    /// The namespaces, where `ip netns` looks for them.
    package var namespaces = NetworkNamespace.standardDirectory
    /// Who runs which Pod, and the Pods' resolv.conf.
    package var state = "/run/pointsman/pods"
    /// Where `ip netns exec` looks for a namespace's own /etc/resolv.conf.
    package var netnsConfiguration = "/etc/netns"

    package init() {}
}

/// Why the runner could not begin, or had to stop.
package struct PodRunnerError: Error, Sendable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
