import Addresses
import KubeAPI
import Storage

/// The writes of IPAddress objects that go with one write of a Service. All are made in one step or none is, so that
/// whoever has a ClusterIP has its object too, also after a crash (rule S-051).
struct AddressWrites: Sendable {
    /// For what the Service takes.
    var creations: [Write] = []
    /// For what it gives back.
    var removals: [Write] = []
    /// Given back, but somebody's finalizer holds the object: the address is not free yet.
    var held: [IPAddress] = []

    /// The whole step; no state on its way shows an address without an object.
    func around(_ write: Write) -> [Write] { creations + [write] + removals }

    /// Where the Service's own write stands in the step.
    var index: Int { creations.count }
}

/// Makes the writes of IPAddress objects.
struct AddressObjects: Sendable {
    let log: any RevisionLog
    let now: @Sendable () -> Timestamp

    /// For a Service that takes some addresses and gives others back.
    func writes(
        taking taken: some Sequence<IPAddress>, dropping dropped: some Sequence<IPAddress>,
        _ service: ObjectName
    ) async throws(LogError) -> AddressWrites {
        var writes = AddressWrites()
        writes.creations = taken.map { creation($0, of: service) }
        for address in dropped {
            guard let value = try await stored(address), let object = value.object.view,
                object.service == service
            else { continue }
            if object.metadata.finalizers.isEmpty {
                writes.removals.append(removal(value, address))
            } else {
                writes.held.append(address)
                if object.metadata.deletionTimestamp == nil {
                    writes.removals.append(ending(value, address))
                }
            }
        }
        return writes
    }

    /// The object of an address that has none.
    func creation(_ address: IPAddress, of service: ObjectName) -> Write {
        var object = IPAddressObject(address, of: service).json
        Metadata.begin(&object, of: .ipAddresses, now: now())
        return Write(
            .put, Self.key(address), Resource.ipAddresses.encode(object), expecting: .absent)
    }

    func stored(_ address: IPAddress) async throws(LogError) -> StoredValue? {
        try await log.get(Self.key(address))
    }

    private func removal(_ value: StoredValue, _ address: IPAddress) -> Write {
        Write(
            .delete, Self.key(address), Resource.ipAddresses.value(of: value.bytes),
            expecting: .revision(value.revision))
    }

    private func ending(_ value: StoredValue, _ address: IPAddress) -> Write {
        var object = (try? value.json()) ?? [:]
        object["metadata"]?["deletionTimestamp"] = .string(now().description)
        object["metadata"]?["deletionGracePeriodSeconds"] = 0
        return Write(
            .put, Self.key(address), Resource.ipAddresses.encode(object),
            expecting: .revision(value.revision))
    }

    private static func key(_ address: IPAddress) -> String {
        Resource.ipAddresses.key(ObjectName(address.description))
    }
}

extension EncodedObject {
    fileprivate var view: IPAddressObject? { (try? json()).map(IPAddressObject.init(json:)) }
}
