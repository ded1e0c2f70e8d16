import Linux
import Watching

/// Returns memory once a burst of work is over: the first quiet second after a busy one.
struct HeapTrimming: Sendable {
    private static let interval = Duration.seconds(1)
    /// Of a second's processor time: more is work, such as a few hundred writes.
    private static let busy: UInt64 = 50_000_000

    let time: TimeSource

    /// Works until the task is cancelled.
    func run() async {
        var (used, wasBusy) = (ProcessorTime.nanoseconds, false)
        while (try? await time.sleep(Self.interval)) != nil {
            let now = ProcessorTime.nanoseconds
            let isBusy = now - used > Self.busy
            if wasBusy, !isBusy { Heap.trim() }
            // Trimming is work, too, but not a reason to do it again.
            (used, wasBusy) = (ProcessorTime.nanoseconds, isBusy)
        }
    }
}
