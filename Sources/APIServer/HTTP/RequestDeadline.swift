import KubeAPI
import NIOCore
import Synchronization

/// How long a request may take. What is not answered by then is answered 504, and may still be carried out.
struct RequestDeadline {
    /// What the server allows at most, as kube-apiserver's `--request-timeout` does.
    static let longest = TimeAmount.seconds(60)

    let limit: TimeAmount

    /// Reads the parameter `timeout`; nil for requests that last: watches, and what Pods answer.
    init?(_ request: APIRequest) throws(Status) {
        if request.isWatch || request.isForServiceProxy { return nil }
        guard let text = request.query["timeout"], !text.isEmpty else {
            limit = Self.longest
            return
        }
        guard let asked = GoDuration.nanoseconds(text) else {
            throw .badRequest(
                "invalid timeout specified in the request URL - time: invalid duration \"\(text)\"")
        }
        limit = asked > 0 ? min(.nanoseconds(asked), Self.longest) : Self.longest
    }

    /// The answer of `body`, or 504.
    func run(
        on loop: any EventLoop, _ body: @escaping @Sendable () async -> APIResponse
    ) async -> APIResponse {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            let timer = loop.scheduleTask(in: limit) {
                let status = Status(
                    .timeout, "Timeout: request did not complete within the allotted timeout")
                answer.give(APIResponse(status))
            }
            Task(executorPreference: EventLoopExecutor.of(loop)) {
                answer.give(await body())
                timer.cancel()
            }
        }
    }
}

/// Resumes once, with the answer that comes first.
private final class FirstAnswer: Sendable {
    private let continuation: Mutex<CheckedContinuation<APIResponse, Never>?>

    init(_ continuation: CheckedContinuation<APIResponse, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ response: APIResponse) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: response)
    }
}
