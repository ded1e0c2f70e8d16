package import KubeAPI

/// Runs a Reconciler over the keys of a queue: several keys at a time, each key alone, failures with backoff.
package struct ReconcileLoop<Worker: Reconciler>: Sendable {
    private let worker: Worker
    private let queue: WorkQueue<Worker.Key>
    private let width: Int
    private let backoff: Backoff
    private let time: TimeSource
    private let report: @Sendable (Worker.Key, Status) -> Void

    /// `width` keys are worked on at a time; `report` is told of every refusal that is no lost race.
    package init(
        _ worker: Worker, queue: WorkQueue<Worker.Key>, width: Int = 8,
        backoff: Backoff = .reconcile, time: TimeSource,
        report: @escaping @Sendable (Worker.Key, Status) -> Void = { _, _ in }
    ) {
        self.worker = worker
        self.queue = queue
        self.width = width
        self.backoff = backoff
        self.time = time
        self.report = report
    }

    /// Runs until its task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<width {
                group.addTask { await self.work() }
            }
        }
    }

    private func work() async {
        await withDiscardingTaskGroup { timers in
            while let key = await queue.next() {
                let delay = await reconcile(key)
                queue.done(key)
                guard let delay else { continue }
                let timer = queue.arm(key)
                timers.addTask {
                    guard (try? await time.sleep(delay)) != nil else { return }
                    queue.fire(key, timer)
                }
            }
            timers.cancelAll()
        }
    }

    /// The delay after which the key comes again; nil if it need not.
    private func reconcile(_ key: Worker.Key) async -> Duration? {
        do throws(Status) {
            let result = try await worker.reconcile(key)
            queue.succeeded(key)
            switch result {
            case .done: return nil
            case .again(let delay): return delay
            }
        } catch {
            if error.reason != .conflict, error.reason != .alreadyExists { report(key, error) }
            return backoff.delay(attempt: queue.failed(key))
        }
    }
}
