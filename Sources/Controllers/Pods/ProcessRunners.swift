import Linux

/// Observes the runners of this machine; the annotation is the text of a `ProcessIdentity`.
package struct ProcessRunners: RunnerObserver {
    package init() {}

    package func untilGone(_ runner: String) async -> Bool {
        guard let process = ProcessIdentity(runner) else { return true }
        while !Task.isCancelled {
            do throws(SystemError) {
                return try await RunnerWatch.untilGone(process)
            } catch {
                // No descriptor is left, or the kernel has no pidfd: look now and then instead.
                if !process.isAlive { return true }
                try? await Task.sleep(for: .seconds(1))
            }
        }
        return false
    }
}
