@preconcurrency import Dispatch
import Glibc

/// Signals as a stream: they no longer end the process by themselves.
package enum Signals {
    /// Each SIGTERM and SIGINT that arrives, by its number, for as long as the stream is held. SIGPIPE is ignored
    /// from here on.
    package static func termination() -> AsyncStream<Int32> {
        signal(SIGPIPE, SIG_IGN)
        return AsyncStream { continuation in
            let queue = DispatchQueue(label: "signals")
            let sources = [SIGTERM, SIGINT].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
            }
        }
    }
}
