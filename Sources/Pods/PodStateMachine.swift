import KubeAPI
import Linux

/// The life of one Pod with a process, decided purely: what happens goes in, what is to be done comes out. Time is
/// an argument.
struct PodStateMachine: Sendable {
    enum Input: Sendable {
        /// The Pod as the API has it now.
        case pod(Pod)
        /// The API has it no more.
        case podGone
        case started
        case startFailed(String)
        case exited(ExitStatus)
        /// The probe's judgement changed.
        case probe(isReady: Bool)
        /// The runner shall end.
        case stop
        /// The runner shall end at once.
        case kill
        case timer(Timer)
    }

    enum Timer: Hashable, Sendable {
        /// An address should have come by now.
        case address
        /// Start the process again.
        case restart
        /// Nothing more is waited for before SIGTERM.
        case drain
        /// Nothing more is waited for before SIGKILL.
        case kill
    }

    enum Action: Equatable, Sendable {
        /// Give the Pod its network and start the process.
        case start(addresses: [String])
        /// Write the status that `report` describes.
        case writeStatus
        /// Delete the Pod with a grace period.
        case delete
        case terminateProcess
        case killProcess
        case setTimer(Timer, Duration)
        /// A Pod that somebody else deleted wants a replacement.
        case replace
        /// Nothing is left but to take away the network, and the Pod if the API still has it.
        case finish
    }

    enum State: Equatable, Sendable {
        case waitingForAddress
        case starting
        case running
        case backingOff
        /// Still running, until nothing new is sent to it.
        case draining
        /// SIGTERM was sent.
        case terminating
        /// SIGKILL was sent.
        case killing
        case finished
    }

    private(set) var state = State.waitingForAddress
    private(set) var report: PodStatusReport
    private let gracePeriod: Duration
    private let hasProbe: Bool
    private var addresses: [String] = []
    private var backoff = RestartBackoff()
    private var startedAt = Duration.zero
    /// The end was asked for by the runner: no replacement.
    private var isStopping = false
    /// Of the input that is being taken.
    private var date = Timestamp(secondsSinceEpoch: 0)
    private var isReplaced = false
    /// The data plane still sends to this Pod, as nothing else is left.
    private var isLastResort = false
    /// Between SIGTERM and SIGKILL.
    private var terminationTime: Duration

    init(gracePeriod: Duration, hasProbe: Bool) {
        self.gracePeriod = gracePeriod
        terminationTime = gracePeriod
        self.hasProbe = hasProbe
        report = PodStatusReport()
    }

    /// `clock` is monotonic, `date` what the API shows.
    mutating func take(_ input: Input, clock: Duration, date: Timestamp) -> [Action] {
        self.date = date
        return switch input {
        case .pod(let pod): podChanged(pod)
        case .podGone: podGone()
        case .started: started(clock, date)
        case .startFailed(let why): startFailed(why, clock, date)
        case .exited(let status): exited(status, clock, date)
        case .probe(let isReady): probed(isReady, date)
        case .stop: stop()
        case .kill: kill()
        case .timer(let timer): fired(timer)
        }
    }
}

// MARK: What the API says

extension PodStateMachine {
    private mutating func podChanged(_ pod: Pod) -> [Action] {
        var actions: [Action] = []
        if pod.isTerminating, !isStopping, !isReplaced {
            isReplaced = true
            actions.append(.replace)
        }
        switch state {
        case .waitingForAddress:
            if pod.isTerminating { return actions + finish() }
            guard !pod.podIPs.isEmpty else { return actions }
            addresses = pod.podIPs
            state = .starting
            return actions + [.start(addresses: addresses)]
        case .backingOff:
            return pod.isTerminating ? actions + finish() : actions
        case .starting:
            // The end is dealt with when the process is there, or is known not to come.
            isStopping = isStopping || pod.isTerminating
            return actions
        case .running:
            guard pod.isTerminating else {
                // Somebody else wrote it, or the news is older than what is being written.
                return pod.isReady == report.isReady ? actions : actions + [.writeStatus]
            }
            state = .draining
            terminationTime = grace(of: pod)
            actions.append(.setTimer(.drain, terminationTime))
            return actions + (isDrained(pod) ? terminate() : [])
        case .draining:
            return actions + (pod.isTerminating && isDrained(pod) ? terminate() : [])
        case .terminating, .killing, .finished: return actions
        }
    }

    private func grace(of pod: Pod) -> Duration {
        pod.metadata.deletionGracePeriodSeconds.map { .seconds(max(0, $0)) } ?? gracePeriod
    }

    /// Nothing new comes, or what comes cannot be helped. The last Pod of a Service waits for the one in its place,
    /// as long as it may: then deleting every Pod costs no connection.
    private mutating func isDrained(_ pod: Pod) -> Bool {
        let drained = pod.conditions.first { $0.type == PodWords.drained }
        isLastResort =
            drained?.status == "False" && drained?.reason == PodWords.onlyTerminatingLeft
        return drained != nil && !(isLastResort && isReplaced && !isStopping)
    }

    private mutating func podGone() -> [Action] {
        var actions: [Action] = []
        if !isStopping, !isReplaced {
            isReplaced = true
            actions.append(.replace)
        }
        switch state {
        case .waitingForAddress, .backingOff: return actions + finish()
        case .starting:
            isStopping = true
            return actions
        case .running, .draining, .terminating:
            state = .killing
            return actions + [.killProcess]
        case .killing, .finished: return actions
        }
    }
}

// MARK: What the process does

extension PodStateMachine {
    private mutating func started(_ clock: Duration, _ date: Timestamp) -> [Action] {
        guard state == .starting else { return [] }
        startedAt = clock
        state = .running
        report.started(at: date, isReady: !hasProbe, restarts: backoff.restarts)
        guard isStopping else { return [.writeStatus] }
        // Asked to end while it was starting: nothing was sent to it yet.
        return [.delete] + terminate()
    }

    private mutating func startFailed(
        _ why: String, _ clock: Duration, _ date: Timestamp
    ) -> [Action] {
        guard state == .starting else { return [] }
        startedAt = clock
        if isStopping { return finish() }
        let delay = backoff.delay(after: .zero)
        report.failedToStart(why, at: date, restarts: backoff.restarts)
        state = .backingOff
        // A program that cannot be started now will hardly be so at once.
        return [.writeStatus, .setTimer(.restart, max(delay, RestartBackoff.first))]
    }

    private mutating func exited(
        _ status: ExitStatus, _ clock: Duration, _ date: Timestamp
    ) -> [Action] {
        switch state {
        case .running:
            let delay = backoff.delay(after: clock - startedAt)
            report.ended(status, at: date, restarts: backoff.restarts, retryIn: delay)
            state = .backingOff
            return [.writeStatus, .setTimer(.restart, delay)]
        case .draining, .terminating, .killing:
            report.ended(status, at: date, restarts: backoff.restarts, retryIn: .zero)
            return finish()
        case .waitingForAddress, .starting, .backingOff, .finished: return []
        }
    }

    private mutating func probed(_ isReady: Bool, _ date: Timestamp) -> [Action] {
        guard state == .running || state == .draining else { return [] }
        return report.setReady(isReady, at: date) ? [.writeStatus] : []
    }
}

// MARK: The end

extension PodStateMachine {
    private mutating func stop() -> [Action] {
        isStopping = true
        switch state {
        case .waitingForAddress, .backingOff: return finish()
        case .running:
            state = .draining
            // The timer runs also if the API cannot be reached.
            return [.delete, .setTimer(.drain, gracePeriod)]
        // The replacement that it waits for will not come.
        case .draining: return isLastResort ? terminate() : []
        case .starting, .terminating, .killing, .finished: return []
        }
    }

    private mutating func kill() -> [Action] {
        isStopping = true
        switch state {
        case .waitingForAddress, .backingOff: return finish()
        case .starting: return []
        case .running, .draining, .terminating:
            state = .killing
            return [.killProcess]
        case .killing, .finished: return []
        }
    }

    private mutating func terminate() -> [Action] {
        state = .terminating
        let actions: [Action] = [.terminateProcess, .setTimer(.kill, terminationTime)]
        // Not ready from now on: else it would be chosen again when the others of its Service terminate, too.
        return report.setReady(false, at: date) ? actions + [.writeStatus] : actions
    }

    private mutating func fired(_ timer: Timer) -> [Action] {
        switch (timer, state) {
        case (.restart, .backingOff):
            state = .starting
            return [.start(addresses: addresses)]
        case (.drain, .draining): return terminate()
        case (.kill, .terminating):
            state = .killing
            return [.killProcess]
        case (.restart, _), (.drain, _), (.kill, _), (.address, _): return []
        }
    }

    private mutating func finish() -> [Action] {
        state = .finished
        return [.finish]
    }
}
