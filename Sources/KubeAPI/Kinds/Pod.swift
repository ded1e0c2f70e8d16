/// A view of v1 Pod: what Services, DNS, probes and the runner look at. The rest of a Pod is kept as it came.
package struct Pod: Equatable, Sendable {
    package var metadata: ObjectMeta
    package var nodeName = ""
    package var hostname = ""
    package var subdomain = ""
    package var hostNetwork = false
    /// `spec.terminationGracePeriodSeconds`; nil counts as 30.
    package var terminationGracePeriodSeconds: Int64?
    /// "Pending", "Running", "Succeeded", "Failed" or "Unknown".
    package var phase = ""
    /// `status.podIPs`, or `status.podIP` alone, as text.
    package var podIPs: [String] = []
    package var conditions: [Condition] = []
    package var containers: [Container] = []
    /// Init containers with `restartPolicy: Always` (sidecars); other init containers are left out.
    package var sidecars: [Container] = []

    package init(metadata: ObjectMeta) { self.metadata = metadata }

    /// A container: its ports, and the readiness probe.
    package struct Container: Equatable, Sendable {
        package var name = ""
        package var ports: [ContainerPort] = []
        package var readinessProbe: Probe?

        package init() {}
    }

    package struct ContainerPort: Equatable, Sendable {
        package var name = ""
        package var containerPort: Int64 = 0
        package var `protocol` = "TCP"
        package var hostPort: Int64 = 0

        package init(name: String = "", containerPort: Int64, protocol: String = "TCP") {
            self.name = name
            self.containerPort = containerPort
            self.protocol = `protocol`
        }
    }

    /// Condition `Ready` is "True".
    package var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.status == "True" } }
    package var isTerminating: Bool { metadata.deletionTimestamp != nil }
    /// Phase Succeeded or Failed.
    package var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
}

/// v1 Probe.
package struct Probe: Equatable, Sendable {
    package enum Check: Equatable, Sendable {
        case tcpSocket(host: String?, port: IntOrString)
        /// `scheme` is "HTTP" or "HTTPS"; headers in their order.
        case httpGet(
            scheme: String, host: String?, port: IntOrString, path: String,
            headers: [HTTPHeader])
        case exec(command: [String])
        /// A kind that Pointsman does not run, such as grpc.
        case unsupported(String)
    }

    package struct HTTPHeader: Equatable, Sendable {
        package var name: String
        package var value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var check: Check
    package var initialDelaySeconds: Int64 = 0
    package var timeoutSeconds: Int64 = 1
    package var periodSeconds: Int64 = 10
    package var successThreshold: Int64 = 1
    package var failureThreshold: Int64 = 3

    package init(check: Check) { self.check = check }
}
