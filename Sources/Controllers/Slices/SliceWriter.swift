import KubeAPI
import Synchronization
import Watching

/// Carries out SlicePlans of one controller, and remembers what the cache has not seen yet.
final class SliceWriter: Sendable {
    private let client: any ObjectClient
    private let cache: ObjectCache<EndpointSlice>
    private let byService: ObjectIndex<EndpointSlice, ObjectName>
    private let pending = PendingWrites<EndpointSlice>()
    private let controller: String

    /// `controller` is the label by which the controller knows its slices.
    init(_ client: any ObjectClient, _ cache: ObjectCache<EndpointSlice>, controller: String) {
        self.client = client
        self.cache = cache
        self.controller = controller
        byService = cache.index { slice in
            guard slice.metadata.labels[EndpointSlice.managedByLabel] == controller else {
                return []
            }
            return slice.serviceName.map { [$0] } ?? []
        }
    }

    /// Calls `changed` with the Service of each slice of this controller that somebody else touched.
    func observeOthers(_ changed: @escaping @Sendable (ObjectName) -> Void) {
        let controller = controller
        cache.observe { [pending] event in
            guard !pending.isOwn(event) else { return }
            let slices: [EndpointSlice]
            switch event {
            case .synced: slices = []
            case .upserted(let new, let old): slices = [new.view] + (old.map { [$0.view] } ?? [])
            case .deleted(let last): slices = [last.view]
            }
            for slice in slices
            where slice.metadata.labels[EndpointSlice.managedByLabel] == controller {
                if let service = slice.serviceName { changed(service) }
            }
        }
    }

    /// The slices of the Service that carry this controller's label.
    func slices(of service: ObjectName) -> [EndpointSlice] {
        let seen = cache.resourceVersion
        return pending.overlay(byService.objects(service), seen: seen) { [controller] slice in
            slice.serviceName == service
                && slice.metadata.labels[EndpointSlice.managedByLabel] == controller
        }.map(\.view)
    }

    /// True if there is a slice of that name.
    func exists(_ name: ObjectName) -> Bool { cache[name] != nil }

    func carryOut(_ plan: SlicePlan) async throws(Status) {
        for slice in plan.stale { try await delete(slice) }
        for slice in plan.creates {
            try await write(slice) { () throws(Status) in
                try await client.create(.endpointSlices, slice.json)
            }
        }
        for slice in plan.updates {
            try await write(slice) { () throws(Status) in
                try await client.update(.endpointSlices, slice.json)
            }
        }
        for slice in plan.deletes { try await delete(slice) }
    }

    private func write(
        _ slice: EndpointSlice, _ send: () async throws(Status) -> EncodedObject
    ) async throws(Status) {
        do throws(Status) {
            let stored = try await send()
            guard let object = try? CachedObject<EndpointSlice>(stored) else { return }
            pending.stored(object)
        } catch {
            pending.forget(slice.objectName)
            throw error
        }
    }

    private func delete(_ slice: EndpointSlice) async throws(Status) {
        pending.deleting(slice.objectName, at: slice.metadata.resourceVersion)
        do throws(Status) {
            var options = DeleteOptions(uid: slice.metadata.uid)
            options.resourceVersion = slice.metadata.resourceVersion.description
            try await client.delete(.endpointSlices, slice.objectName, options)
        } catch {
            pending.forget(slice.objectName)
            if error.reason != .notFound { throw error }
        }
    }
}
