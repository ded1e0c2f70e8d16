import Addresses
import KubeAPI
import Linux
import LoadBalancing

/// Which listeners the health checks of a node need, which there are, and what is in the way of the others.
struct ServiceHealthListeners {
    /// A listener that there is to be.
    struct Key: Hashable, Comparable {
        var service: ObjectName
        var address: IPSocketAddress

        static func < (a: Key, b: Key) -> Bool { (a.service, a.address) < (b.service, b.address) }
    }

    private struct Entry {
        var id: HTTPServer.ListenerID
        var error: SystemError?
        /// With the port that the kernel gave where 0 was asked for; nil: not yet.
        var bound: IPSocketAddress?
    }

    private var entries: [ObjectName: [IPSocketAddress: Entry]] = [:]
    private var keys: [HTTPServer.ListenerID: Key] = [:]

    /// Where the health check of a Service listens: in the Service's families, on the wildcard where a family is
    /// served whole.
    static func wanted(
        _ health: ServiceHealth, nodeAddresses: Set<IPAddress>, wholeFamilies: Set<IPFamily>
    ) -> Set<IPSocketAddress> {
        var wanted: Set<IPSocketAddress> = []
        for family in health.localEndpoints.keys {
            let addresses =
                wholeFamilies.contains(family)
                ? [.any(family)] : nodeAddresses.filter { $0.family == family }
            wanted.formUnion(addresses.map { IPSocketAddress($0, health.port) })
        }
        return wanted
    }

    /// What must be opened and closed for a Service to listen on these addresses and no others.
    func difference(
        _ service: ObjectName, _ wanted: Set<IPSocketAddress>
    ) -> (opened: [IPSocketAddress], closed: [HTTPServer.ListenerID]) {
        let present = entries[service] ?? [:]
        return (
            wanted.filter { present[$0] == nil }.sorted(),
            present.filter { !wanted.contains($0.key) }.map(\.value.id)
        )
    }

    mutating func add(_ id: HTTPServer.ListenerID, _ key: Key) {
        entries[key.service, default: [:]][key.address] = Entry(id: id)
        keys[id] = key
    }

    mutating func remove(_ id: HTTPServer.ListenerID) {
        guard let key = keys.removeValue(forKey: id) else { return }
        entries[key.service]?[key.address] = nil
        if entries[key.service]?.isEmpty == true { entries[key.service] = nil }
    }

    /// Takes what became of a listener; answers its Service where that says something new of it.
    mutating func take(
        _ id: HTTPServer.ListenerID, _ result: Result<IPSocketAddress, SystemError>
    ) -> ObjectName? {
        guard let key = keys[id], var entry = entries[key.service]?[key.address] else { return nil }
        let before = entry.error
        switch result {
        case .success(let bound): (entry.bound, entry.error) = (bound, nil)
        case .failure(let error): (entry.bound, entry.error) = (nil, error)
        }
        entries[key.service]?[key.address] = entry
        return entry.error == before ? nil : key.service
    }

    /// Why the health check of a Service does not answer everywhere; nil: it does, as far as is known.
    func problem(_ service: ObjectName, node: String) -> ServiceProblem? {
        let failed = (entries[service] ?? [:]).filter { $0.value.error != nil }
        guard let first = failed.min(by: { $0.key < $1.key }), let error = first.value.error else {
            return nil
        }
        return ServiceProblem(
            "FailedToStartServiceHealthcheck",
            "node \(node) failed to start healthcheck \"\(service)\" on port \(first.key.port): "
                + "\(error); it is tried again")
    }

    func problems(node: String) -> [ObjectName: ServiceProblem] {
        var problems: [ObjectName: ServiceProblem] = [:]
        for service in entries.keys { problems[service] = problem(service, node: node) }
        return problems
    }

    /// The addresses on which a Service's health check answers now.
    func bound(_ service: ObjectName) -> Set<IPSocketAddress> {
        Set((entries[service] ?? [:]).values.compactMap(\.bound))
    }
}

extension IPAddress {
    /// The wildcard: all addresses of the family.
    static func any(_ family: IPFamily) -> IPAddress {
        family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0, 0)
    }
}
