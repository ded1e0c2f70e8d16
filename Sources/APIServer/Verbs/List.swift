import KubeAPI
import Storage

/// The answer to a list.
struct ObjectPage: Sendable {
    var items: [StoredValue]
    var revision: Revision
    /// For the next page; nil where this is the last.
    var continueToken: String?
    /// How many items follow; nil where that is not known.
    var remaining: Int?
}

extension ObjectStore {
    /// How long a list waits for a revision that has not been written yet.
    private static let freshnessLimit = Duration.seconds(3)

    /// The selected objects at one revision, in the order of namespace and name.
    func list(_ resource: Resource, _ request: ListRequest) async throws(Status) -> ObjectPage {
        let revision = try await revision(for: request.state)
        let selection = request.selection
        do throws(LogError) {
            let page = try await log.list(
                selection.keyPrefix(resource), at: revision, after: request.after,
                limit: selection.selectsEverything ? request.limit : nil
            ).shown(as: resource)
            if selection.selectsEverything { return Self.page(page) }
            return Self.select(from: page, selection, request.limit)
        } catch {
            guard case .compacted = error else { throw error.status }
            throw .expiredList(after: request.after)
        }
    }

    private func revision(for state: ListRequest.State) async throws(Status) -> Revision? {
        switch state {
        case .newest: return nil
        case .exactly(let revision): return revision
        case .notOlderThan(let revision):
            try await reach(revision)
            return nil
        }
    }

    /// Waits until a revision is written; 504 if that takes too long.
    func reach(_ revision: Revision) async throws(Status) {
        let deadline = ContinuousClock.now + Self.freshnessLimit
        while true {
            let current = try await currentRevision()
            if current >= revision { return }
            if ContinuousClock.now > deadline { throw .tooLarge(revision, current) }
            do { try await Task.sleep(for: .milliseconds(50)) } catch {
                throw .tooLarge(revision, current)
            }
        }
    }

    private static func page(_ page: Page) -> ObjectPage {
        var result = ObjectPage(items: page.entries.map(\.value), revision: page.revision)
        if page.remaining > 0, let last = page.entries.last {
            result.remaining = page.remaining
            result.continueToken = ContinueToken.write(page.revision, after: last.key)
        }
        return result
    }

    private static func select(
        from page: Page, _ selection: Selection, _ limit: Int?
    ) -> ObjectPage {
        var result = ObjectPage(items: [], revision: page.revision)
        for (index, entry) in page.entries.enumerated() {
            guard let object = try? entry.value.json(), selection.matches(object) else { continue }
            result.items.append(entry.value)
            if result.items.count == limit, index + 1 < page.entries.count {
                result.continueToken = ContinueToken.write(page.revision, after: entry.key)
                break
            }
        }
        return result
    }
}

extension Page {
    fileprivate func shown(as resource: Resource) -> Page {
        guard resource.storage != resource else { return self }
        var page = self
        page.entries = entries.map { Entry(key: $0.key, value: resource.shown($0.value)) }
        return page
    }
}

extension Status {
    /// 410: the state that a list asks for is forgotten. Who was in the middle of it may go on with the newest state.
    fileprivate static func expiredList(after key: String?) -> Status {
        guard let key else {
            return Status(.expired, "The resourceVersion for the provided list is too old.")
        }
        var status = Status(
            .expired,
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."
        )
        status.continueToken = ContinueToken.write(nil, after: key)
        return status
    }
}
