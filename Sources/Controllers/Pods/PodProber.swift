package import Addresses
package import KubeAPI
import Probing
package import Watching

/// Runs the readiness probes of Pods that stand for something elsewhere. `exec` probes fail: there is no inside.
package struct PodProber: ReadinessProber {
    private let time: TimeSource

    package init(time: TimeSource) {
        self.time = time
    }

    package func probe(
        _ container: Pod.Container, _ probe: Probe, at address: IPAddress,
        report: @escaping @Sendable (Bool) -> Void
    ) async {
        var ports: [String: Port] = [:]
        for port in container.ports {
            if let number = Port(exactly: port.containerPort) { ports[port.name] = number }
        }
        let target = ProbeTarget(address: address, ports: ports)
        var state = ProbeState(probe, startedAt: time.now())
        while !Task.isCancelled {
            let wait = max(.zero, state.nextRun - time.now())
            guard (try? await time.sleep(wait)) != nil else { return }
            let result = await ProbeCheck.run(probe.check, against: target, timeout: state.timeout)
            if state.record(result, at: time.now()), !Task.isCancelled { report(state.isReady) }
        }
    }
}
