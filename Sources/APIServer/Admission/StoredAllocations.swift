import Addresses
import KubeAPI
import LoadBalancing
import Storage

/// What is stored of networks and addresses when the server starts: completed where an older version or a user has
/// left gaps.
struct StoredAllocations: Sendable {
    let log: any RevisionLog
    let addresses: AddressObjects
    let configuration: APIServer.Configuration

    /// Makes the ServiceCIDR of the server's own networks, ready to be used (rule C-002). One that is there stays as
    /// it is.
    func ensureDefaultNetwork() async throws(LogError) {
        let key = Resource.serviceCIDRs.key(ObjectName(ServiceCIDR.defaultName))
        guard try await log.get(key) == nil, !configuration.serviceCIDRs.isEmpty else { return }
        var serviceCIDR = ServiceCIDR(metadata: ObjectMeta(name: ServiceCIDR.defaultName))
        serviceCIDR.metadata.finalizers = [ServiceCIDR.finalizer]
        serviceCIDR.cidrs = configuration.serviceCIDRs.map(\.description)
        serviceCIDR.conditions = [
            Condition(
                type: ServiceCIDR.ready, status: "True",
                lastTransitionTime: configuration.now().description,
                message: "Kubernetes default Service CIDR is ready")
        ]
        var object = serviceCIDR.json
        Metadata.begin(&object, of: .serviceCIDRs, now: configuration.now())
        do throws(LogError) {
            _ = try await log.append(
                Write(
                    .put, key, Resource.serviceCIDRs.encode(object), expecting: .absent))
        } catch .conflict {
            // A client was faster.
        }
    }

    /// Fills the pools with what Services and IPAddress objects hold, and makes the objects that are missing.
    /// - Returns: what is wrong, each in a sentence.
    func read(into pools: inout ServiceAllocator) async throws(LogError) -> [String] {
        // One after another: the trees of all of them at once would leave the heap in pieces.
        let services = try await stored(.services).compactMap { value in
            (try? JSON(parsing: value.bytes)).map(Service.init(json:))
        }
        var problems = pools.adopt(services).map(\.description)
        for value in try await stored(.ipAddresses) {
            guard let json = try? JSON(parsing: value.bytes) else { continue }
            let object = IPAddressObject(json: json)
            guard let address = object.address else { continue }
            if let service = pools.service(holding: address) {
                if object.service != service {
                    problems.append(
                        "Service \(service): the IPAddress \(address) belongs to something else")
                    pools.reserve(address)
                }
            } else if object.isManaged, object.metadata.finalizers.isEmpty {
                // Nobody has it: no Service of that name, or one with another address.
                _ = try await log.append(
                    Write(
                        .delete, Resource.ipAddresses.key(ObjectName(address.description)),
                        Resource.ipAddresses.value(of: value.bytes),
                        expecting: .revision(value.revision)))
                problems.append("IPAddress \(address) belonged to no Service and was removed")
            } else {
                pools.reserve(address)
            }
        }
        try await completeObjects(of: services, pools)
        return problems
    }

    private func stored(_ resource: Resource) async throws(LogError) -> [StoredValue] {
        try await log.list(resource.keyPrefix()).entries.map(\.value)
    }

    /// In steps of some hundred, each of which is written at once.
    private func completeObjects(
        of services: [Service], _ pools: ServiceAllocator
    ) async throws(LogError) {
        var missing: [Write] = []
        for service in services {
            for address in ServiceAllocator.addresses(of: service).sorted()
            where pools.service(holding: address) == service.objectName {
                guard try await addresses.stored(address) == nil else { continue }
                missing.append(addresses.creation(address, of: service.objectName))
            }
        }
        for start in stride(from: 0, to: missing.count, by: 500) {
            _ = try await log.append(Array(missing[start..<min(start + 500, missing.count)]))
        }
    }
}
