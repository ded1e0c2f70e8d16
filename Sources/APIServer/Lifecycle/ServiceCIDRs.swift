import Addresses
import KubeAPI
import Storage

/// Keeps the ServiceCIDRs: makes this host answer for their networks and says so in the condition Ready; holds each by
/// a finalizer, and lets a deleted one go when no Service would be left with an address of no network (rule C-002).
struct ServiceCIDRs: Sendable {
    /// How soon one that is to end is looked at again.
    private static let pause = Duration.seconds(1)

    let store: ObjectStore

    private var configuration: APIServer.Configuration { store.configuration }

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        let (wakeups, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let result = await withTaskGroup(of: Result<Void, Status>.self) { group in
            group.addTask { await Self.result { () throws(Status) in try await watch(wake) } }
            group.addTask {
                await Self.result { () throws(Status) in try await keep(wakeups, wake) }
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    private static func result(
        _ body: () async throws(Status) -> Void
    ) async -> Result<Void, Status> {
        do throws(Status) { return .success(try await body()) } catch { return .failure(error) }
    }

    private func watch(_ wake: AsyncStream<Void>.Continuation) async throws(Status) {
        let request = WatchRequest(selection: Selection(), start: .initial(notOlderThan: .zero))
        let watch = try await store.watch(.serviceCIDRs, request)
        while try await watch.next() != nil { wake.yield() }
    }

    private func keep(
        _ wakeups: AsyncStream<Void>, _ wake: AsyncStream<Void>.Continuation
    ) async throws(Status) {
        for await _ in wakeups {
            guard try await settle() else { continue }
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
            wake.yield()
        }
    }

    /// Brings every ServiceCIDR a step further.
    /// - Returns: true if one waits for its end: look again.
    @discardableResult
    func settle() async throws(Status) -> Bool {
        try await store.services.ensureDefaultNetwork()
        let page = try await store.list(.serviceCIDRs, ListRequest(selection: Selection()))
        let all = try page.items.map { value throws(Status) in try Stored(value) }
        let problems = configuration.serveNetworks(Set(all.flatMap(\.view.prefixes)))
        var isWaiting = false
        for serviceCIDR in all {
            if serviceCIDR.view.metadata.deletionTimestamp == nil {
                try await offer(serviceCIDR, problems)
            } else if try await !end(serviceCIDR) {
                isWaiting = true
            }
        }
        return isWaiting
    }

    /// A ServiceCIDR as it is stored.
    private struct Stored {
        let value: StoredValue
        let json: JSON
        let view: ServiceCIDR

        init(_ value: StoredValue) throws(Status) {
            self.value = value
            json = try value.json()
            view = ServiceCIDR(json: json)
        }
    }

    // MARK: In use

    private func offer(
        _ serviceCIDR: Stored, _ problems: [IPPrefix: String]
    ) async throws(Status) {
        let problem = serviceCIDR.view.prefixes.lazy.compactMap { problems[$0] }.first
        var object = serviceCIDR.json
        if !serviceCIDR.view.metadata.finalizers.contains(ServiceCIDR.finalizer) {
            object["metadata"]?["finalizers"] = .strings(
                serviceCIDR.view.metadata.finalizers + [ServiceCIDR.finalizer])
        }
        let condition =
            problem.map {
                Condition(
                    type: ServiceCIDR.ready, status: "False", reason: "NetworkNotServed",
                    message: $0)
            }
            ?? Condition(
                type: ServiceCIDR.ready, status: "True",
                message: "Kubernetes Service CIDR is ready")
        set(condition, on: serviceCIDR, &object)
        try await write(serviceCIDR, object)
    }

    /// What says the same already is left as it is.
    private func set(_ new: Condition, on serviceCIDR: Stored, _ object: inout JSON) {
        var condition = new
        let old = serviceCIDR.view.readyCondition
        if let old, old.status == new.status {
            // The default network says it in its own words.
            if new.status == "True" || old.message == new.message { return }
            condition.lastTransitionTime = old.lastTransitionTime
        }
        condition.lastTransitionTime =
            condition.lastTransitionTime ?? configuration.now().description
        let others = serviceCIDR.view.conditions.filter { $0.type != ServiceCIDR.ready }
        object["status"] = ["conditions": .array((others + [condition]).map(\.json))]
    }

    // MARK: At its end

    /// - Returns: false if it is not over.
    private func end(_ serviceCIDR: Stored) async throws(Status) -> Bool {
        guard serviceCIDR.view.metadata.finalizers.contains(ServiceCIDR.finalizer) else {
            return true
        }
        let deleted = serviceCIDR.view.metadata.deletionTimestamp.flatMap(Timestamp.init)
        let end = deleted?.advanced(by: configuration.serviceCIDRGraceSeconds)
        let isDue = end.map { $0 <= configuration.now() } ?? true
        let answer = try await store.services.end(serviceCIDR.view) {
            () -> Result<Bool, Status> in
            guard isDue else { return .success(false) }
            var object = serviceCIDR.json
            object["metadata"]?["finalizers"] = .strings(
                serviceCIDR.view.metadata.finalizers.filter { $0 != ServiceCIDR.finalizer })
            return await Self.result(of: { () throws(Status) in
                try await write(serviceCIDR, object)
            })
        }
        if let answer { return try answer.get() }
        var object = serviceCIDR.json
        let message =
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or "
            + "create a new ServiceCIDR"
        set(
            Condition(
                type: ServiceCIDR.ready, status: "False", reason: ServiceCIDR.terminating,
                message: message),
            on: serviceCIDR, &object)
        try await write(serviceCIDR, object)
        return false
    }

    private static func result(
        of write: () async throws(Status) -> Void
    ) async -> Result<Bool, Status> {
        do throws(Status) {
            try await write()
            return .success(true)
        } catch {
            return .failure(error)
        }
    }

    /// Writes what has changed; if somebody else was faster, his write is looked at next.
    private func write(_ serviceCIDR: Stored, _ object: JSON) async throws(Status) {
        guard object != serviceCIDR.json else { return }
        let resource = Resource.serviceCIDRs
        let name = ObjectName(serviceCIDR.view.metadata.name)
        do throws(LogError) {
            _ = try await store.log.append(
                Write(
                    Metadata.isGone(object) ? .delete : .put, resource.key(name),
                    resource.encode(object), expecting: .revision(serviceCIDR.value.revision)))
        } catch {
            if case .conflict = error { return }
            throw error.status
        }
    }
}
