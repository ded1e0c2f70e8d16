import KubeAPI
import Storage

/// Takes away IPAddresses that say they belong to a Service that has gone, or that has another address: what the server
/// itself writes never leaves one behind, but a client can (Kubernetes, pkg/registry/core/service/ipallocator/controller,
/// repairip.go).
struct AddressRepair: Sendable {
    private static let pause = Duration.seconds(180)
    /// A young one is left alone: its Service may be on the way.
    private static let youth: Int64 = 60

    let store: ObjectStore

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
            try await repair()
        }
    }

    /// Looks at all of them once.
    func repair() async throws(Status) {
        let oldest = store.configuration.now().advanced(by: -Self.youth)
        let page = try await store.list(.ipAddresses, ListRequest(selection: Selection()))
        for item in page.items {
            let object = IPAddressObject(json: try item.json())
            guard object.isManaged, let address = object.address,
                object.metadata.creationTimestamp.flatMap(Timestamp.init) ?? oldest <= oldest,
                try await store.services.service(holding: address) == nil
            else { continue }
            var options = DeleteOptions(uid: object.metadata.uid)
            options.resourceVersion = item.revision.description
            do throws(Status) {
                _ = try await store.delete(.ipAddresses, object.metadata.objectName, options)
            } catch {
                // It has been written or deleted meanwhile.
                if error.reason != .notFound, error.reason != .conflict { throw error }
            }
        }
    }
}
