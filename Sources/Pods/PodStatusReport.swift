import KubeAPI
import Linux

/// What the runner says of its Pod in `status`: phase, conditions, the container's state.
struct PodStatusReport: Equatable, Sendable {
    enum ContainerState: Equatable, Sendable {
        case waiting(reason: String, message: String)
        case running(since: Timestamp)
    }

    struct Termination: Equatable, Sendable {
        var exitCode: Int32
        var signal: Int32?
        var message: String
        var startedAt: Timestamp?
        var finishedAt: Timestamp
    }

    private(set) var state = ContainerState.waiting(reason: "ContainerCreating", message: "")
    private(set) var last: Termination?
    private(set) var restarts: Int64 = 0
    private(set) var isReady = false
    private(set) var startTime: Timestamp?
    /// When `isReady` changed last.
    private(set) var readySince: Timestamp?
    private var hasStarted = false

    mutating func started(at date: Timestamp, isReady: Bool, restarts: Int64) {
        state = .running(since: date)
        self.restarts = restarts
        startTime = startTime ?? date
        hasStarted = true
        _ = setReady(isReady, at: date)
    }

    /// True if it changed.
    mutating func setReady(_ isReady: Bool, at date: Timestamp) -> Bool {
        guard isReady != self.isReady || readySince == nil else { return false }
        self.isReady = isReady
        readySince = date
        return true
    }

    mutating func ended(
        _ status: ExitStatus, at date: Timestamp, restarts: Int64, retryIn delay: Duration
    ) {
        var began: Timestamp?
        if case .running(let since) = state { began = since }
        var signal: Int32?
        if case .signaled(let number) = status { signal = number }
        last = Termination(
            exitCode: status.code, signal: signal, message: "", startedAt: began, finishedAt: date)
        self.restarts = restarts
        state = .waiting(
            reason: "CrashLoopBackOff",
            message: "the process \(status); next start in \(delay.components.seconds) s")
        _ = setReady(false, at: date)
    }

    mutating func failedToStart(_ why: String, at date: Timestamp, restarts: Int64) {
        last = Termination(
            exitCode: 128, signal: nil, message: why, startedAt: nil, finishedAt: date)
        self.restarts = restarts
        state = .waiting(reason: "RunContainerError", message: why)
        _ = setReady(false, at: date)
    }
}

extension PodStatusReport {
    /// `status` with the runner's part in it: addresses, and conditions that belong to others, stay.
    func applied(to status: JSON, container: String, image: String, node: String) -> JSON {
        var status = status
        if status.object == nil { status = [:] }
        status["phase"] = .string(hasStarted ? "Running" : "Pending")
        if let startTime { status["startTime"] = .string(startTime.description) }
        var conditions = status["conditions"]?.array ?? []
        for (type, holds) in [
            ("PodScheduled", true), ("Initialized", true), ("ContainersReady", isReady),
            ("Ready", isReady),
        ] {
            setCondition(type, holds, in: &conditions)
        }
        status["conditions"] = .array(conditions)
        status["containerStatuses"] = [containerStatus(container, image)]
        return status
    }

    private func setCondition(_ type: String, _ holds: Bool, in conditions: inout [JSON]) {
        let wanted = holds ? "True" : "False"
        let index = conditions.firstIndex { $0["type"]?.string == type }
        if let index, conditions[index]["status"]?.string == wanted { return }
        var condition: JSON = ["type": .string(type), "status": .string(wanted)]
        let time = type.hasSuffix("Ready") ? readySince : startTime
        if let time { condition["lastTransitionTime"] = .string(time.description) }
        if !holds {
            condition["reason"] = "ContainersNotReady"
            condition["message"] = "the process is not ready"
        }
        if let index { conditions[index] = condition } else { conditions.append(condition) }
    }

    private func containerStatus(_ name: String, _ image: String) -> JSON {
        var current: JSON = [:]
        var isRunning = false
        switch state {
        case .waiting(let reason, let message):
            current["waiting"] = ["reason": .string(reason)]
            if !message.isEmpty { current["waiting"]?["message"] = .string(message) }
        case .running(let since):
            isRunning = true
            current["running"] = ["startedAt": .string(since.description)]
        }
        var json: JSON = [
            "name": .string(name), "image": .string(image), "imageID": "",
            "ready": .bool(isReady), "started": .bool(isRunning),
            "restartCount": .integer(restarts), "state": current,
        ]
        if let last { json["lastState"] = ["terminated": last.json] }
        return json
    }
}

extension PodStatusReport.Termination {
    fileprivate var json: JSON {
        var json: JSON = [
            "exitCode": .integer(Int64(exitCode)),
            "reason": .string(exitCode == 0 ? "Completed" : "Error"),
        ]
        if let signal { json["signal"] = .integer(Int64(signal)) }
        if !message.isEmpty { json["message"] = .string(message) }
        if let startedAt { json["startedAt"] = .string(startedAt.description) }
        json["finishedAt"] = .string(finishedAt.description)
        return json
    }
}
