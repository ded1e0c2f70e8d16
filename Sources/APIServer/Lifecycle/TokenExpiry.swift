import KubeAPI

/// Deletes tokens a day after they have expired: until then a list shows why they are refused.
struct TokenExpiry: Sendable {
    private static let shownFor: Int64 = 86_400

    let store: ObjectStore

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        while !Task.isCancelled {
            try await expire()
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
        }
    }

    /// Deletes what is too old now.
    func expire() async throws(Status) {
        let oldest = store.configuration.now().advanced(by: -Self.shownFor)
        let page = try await store.list(.tokens, ListRequest(selection: Selection()))
        for item in page.items {
            let token = Token(json: try item.json())
            guard let end = token.expiration, end < oldest else { continue }
            do throws(Status) {
                let options = DeleteOptions(uid: token.metadata.uid)
                _ = try await store.delete(.tokens, token.objectName, options)
            } catch {
                // Somebody else was faster.
                if error.reason != .notFound, error.reason != .conflict { throw error }
            }
        }
    }
}
