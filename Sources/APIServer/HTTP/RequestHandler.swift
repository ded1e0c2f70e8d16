/// What a connection asks about each of its requests: first whether it may be made, then for the answer.
struct RequestHandler: Sendable {
    let access: AccessControl
    let broadcasts = WatchBroadcasts()
    let respond: @Sendable (APIRequest) async -> APIResponse
}
