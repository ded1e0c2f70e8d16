import Addresses
import KubeAPI

/// Finds a Pod for a proxied request (Kubernetes, pkg/registry/core/service/storage, `ResourceLocation`): a random
/// address of a random subset of the Service's Endpoints that has the port. Only addresses of Pods of the same
/// namespace count, so that nobody reaches other hosts by writing Endpoints.
struct ServiceEndpointChoice: Sendable {
    let store: ObjectStore
    let namespace: String

    /// - Parameter id: as it stands in the URL, for messages.
    func endpoint(_ target: ServiceProxyName, id: String) async throws(Status) -> IPSocketAddress {
        let name = ObjectName(namespace: namespace, name: target.name)
        let port = try await portName(target, name)
        let endpoints = Endpoints(json: try await store.stored(.endpoints, name).json())
        guard !endpoints.subsets.isEmpty else { throw Self.noEndpoints(target.name) }
        for subset in endpoints.subsets.shuffled() {
            for number in subset.ports.filter({ $0.name == port }).compactMap(\.port) {
                guard let number = Port(exactly: number) else { continue }
                for address in subset.addresses.shuffled() {
                    guard let ip = try await podAddress(address) else { continue }
                    return IPSocketAddress(ip, number)
                }
            }
        }
        throw Self.noEndpoints(id)
    }

    /// A number is looked up in the Service.
    private func portName(
        _ target: ServiceProxyName, _ name: ObjectName
    ) async throws(Status) -> String {
        guard let number = Int64(target.port) else { return target.port }
        let service = Service(json: try await store.stored(.services, name).json())
        guard let port = service.spec.ports.first(where: { $0.port == number }) else {
            throw Status(
                .serviceUnavailable,
                "no service port \(number) found for service \"\(target.name)\"")
        }
        return port.name
    }

    /// nil: not the address of a Pod of this namespace.
    private func podAddress(_ address: EndpointAddress) async throws(Status) -> IPAddress? {
        guard let pod = address.targetRef, pod.namespace == namespace,
            let stored = try await store.find(
                .pods, ObjectName(namespace: namespace, name: pod.name)),
            let ip = IPAddress(kubernetes: address.ip)
        else { return nil }
        let status = try stored.json()["status"]
        let addresses = (status?["podIPs"]?.array ?? []).map { $0["ip"]?.string }
        return (addresses + [status?["podIP"]?.string]).contains(address.ip) ? ip : nil
    }

    private static func noEndpoints(_ service: String) -> Status {
        Status(.serviceUnavailable, "no endpoints available for service \"\(service)\"")
    }
}
