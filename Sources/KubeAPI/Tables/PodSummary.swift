/// What `kubectl get pods` says of a Pod: the word of its status, ready containers and restarts.
struct PodSummary: Equatable {
    private(set) var containers = 0
    private(set) var ready = 0
    private(set) var restarts: Int64 = 0
    private(set) var lastRestart: Timestamp?
    /// Such as `Running`, `Completed`, `Init:0/1`, `CrashLoopBackOff` or `Terminating`.
    private(set) var reason = ""

    init(_ pod: JSON) {
        let inits = pod.value(at: "spec", "initContainers")?.array ?? []
        let sidecars = Set(
            inits.filter { $0.text("restartPolicy") == "Always" }.map { $0.text("name") })
        containers = (pod.value(at: "spec", "containers")?.array?.count ?? 0) + sidecars.count
        let phase = pod.text("status", "phase")
        let statusReason = pod.text("status", "reason")
        reason = statusReason.isEmpty ? phase : statusReason
        let scheduled = Self.condition("PodScheduled", of: pod)
        if scheduled?.text("reason") == "SchedulingGated" { reason = "SchedulingGated" }

        let initializing = readInitContainers(pod, count: inits.count, sidecars: sidecars)
        if !initializing || Self.condition("Initialized", of: pod)?.text("status") == "True" {
            readContainers(pod)
        }
        let isTerminating = pod.value(at: "metadata", "deletionTimestamp")?.string != nil
        if isTerminating, statusReason == "NodeLost" {
            reason = "Unknown"
        } else if isTerminating, phase != "Succeeded", phase != "Failed" {
            reason = "Terminating"
        }
    }

    static func condition(_ type: String, of pod: JSON) -> JSON? {
        pod.value(at: "status", "conditions")?.array?.first { $0.text("type") == type }
    }

    /// True if the Pod is still at its init containers. Restarts of those count only until it is through;
    /// those of sidecars stay.
    private mutating func readInitContainers(
        _ pod: JSON, count: Int, sidecars: Set<String>
    ) -> Bool {
        var sidecarRestarts: Int64 = 0
        var sidecarRestart: Timestamp?
        let statuses = pod.value(at: "status", "initContainerStatuses")?.array ?? []
        for (index, status) in statuses.enumerated() {
            let isSidecar = sidecars.contains(status.text("name"))
            countRestarts(of: status)
            if isSidecar {
                sidecarRestarts += status["restartCount"]?.integer ?? 0
                sidecarRestart = max(sidecarRestart, Self.lastEnd(of: status))
            }
            if isSidecar, status["started"]?.bool == true {
                if status["ready"]?.bool == true { ready += 1 }
                continue
            }
            guard let waitsFor = Self.initReason(status, index, count) else { continue }
            reason = waitsFor
            return true
        }
        restarts = sidecarRestarts
        lastRestart = sidecarRestart
        return false
    }

    /// What an init container keeps the Pod waiting for; nil if it is done.
    private static func initReason(_ status: JSON, _ index: Int, _ count: Int) -> String? {
        if let ended = status.value(at: "state", "terminated"), !ended.isNull {
            return ended["exitCode"]?.integer ?? 0 == 0 ? nil : "Init:" + endReason(ended)
        }
        let waiting = status.value(at: "state", "waiting")?.text("reason") ?? ""
        if !waiting.isEmpty, waiting != "PodInitializing" { return "Init:" + waiting }
        return "Init:\(index)/\(count)"
    }

    private mutating func readContainers(_ pod: JSON) {
        var hasRunning = false
        for status in (pod.value(at: "status", "containerStatuses")?.array ?? []).reversed() {
            countRestarts(of: status)
            let waiting = status.value(at: "state", "waiting")?.text("reason") ?? ""
            if !waiting.isEmpty {
                reason = waiting
            } else if let ended = status.value(at: "state", "terminated"), !ended.isNull {
                reason = Self.endReason(ended)
            } else if status["ready"]?.bool == true, status.value(at: "state", "running") != nil {
                hasRunning = true
                ready += 1
            }
        }
        if reason == "Completed", hasRunning {
            let isReady = Self.condition("Ready", of: pod)?.text("status") == "True"
            reason = isReady ? "Running" : "NotReady"
        }
    }

    private static func endReason(_ ended: JSON) -> String {
        let reason = ended.text("reason")
        if !reason.isEmpty { return reason }
        if let signal = ended["signal"]?.integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(ended["exitCode"]?.integer ?? 0)"
    }

    private mutating func countRestarts(of status: JSON) {
        restarts &+= status["restartCount"]?.integer ?? 0
        lastRestart = max(lastRestart, Self.lastEnd(of: status))
    }

    private static func lastEnd(of status: JSON) -> Timestamp? {
        status.value(at: "lastState", "terminated", "finishedAt")?.string.flatMap(Timestamp.init)
    }
}

private func max(_ a: Timestamp?, _ b: Timestamp?) -> Timestamp? {
    guard let a else { return b }
    guard let b else { return a }
    return a < b ? b : a
}
