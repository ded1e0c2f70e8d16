package import Addresses
package import KubeAPI
import LoadBalancing

/// Which Service has which load-balancer IP: one value that owns the pools and who holds what of them.
package struct LoadBalancerAddresses: Sendable {
    /// Why a Service has no address, or not all of them.
    package struct Problem: Error, Equatable, Sendable {
        /// CamelCase, as in a condition.
        package var reason: String
        package var message: String
    }

    /// A Service's addresses in the order of its families.
    package struct Outcome: Equatable, Sendable {
        package var addresses: [IPAddress] = []
        package var problem: Problem?
    }

    private var pools: [AddressPool]
    private var held: [ObjectName: [IPAddress]] = [:]
    private var holders: [IPAddress: ObjectName] = [:]

    /// The pools are used in this order.
    package init(pools: [IPPrefix]) {
        self.pools = pools.map { AddressPool($0, for: .plain) }
    }

    /// The addresses that the Service holds.
    package func addresses(of service: ObjectName) -> [IPAddress] { held[service] ?? [] }

    /// Takes over what the status of a Service says, as after a restart; what another one holds, or what no pool
    /// has, is left out.
    package mutating func adopt(_ service: Service) {
        for address in service.status.ingress.compactMap({ IPAddress($0.ip) }) {
            try? take(address, for: service.objectName)
        }
    }

    /// Gives back everything that the Service holds; true if that was something.
    @discardableResult
    package mutating func release(_ service: ObjectName) -> Bool {
        let addresses = held[service] ?? []
        for address in addresses { free(address, of: service) }
        return !addresses.isEmpty
    }

    /// Gives the Service the addresses it asks for; what it holds and still may hold it keeps.
    package mutating func assign(_ service: Service) -> Outcome {
        var outcome = Outcome()
        let families = service.addressFamilies
        var requests: [IPAddress]
        do throws(Problem) {
            requests = try LoadBalancerRequest(service, families: families).addresses
        } catch {
            requests = []
            outcome.problem = error
        }
        let wanted = outcome.problem == nil ? families : []
        for address in addresses(of: service.objectName)
        where !wanted.contains(address.family)
            || requests.contains(where: { $0.family == address.family && $0 != address })
        {
            free(address, of: service.objectName)
        }
        for family in wanted {
            do throws(Problem) {
                let request = requests.first { $0.family == family }
                outcome.addresses.append(
                    try address(family, for: service.objectName, request))
            } catch {
                let isOptional = service.spec.ipFamilyPolicy != "RequireDualStack"
                if isOptional, family != families[0], request(requests, family) == nil { continue }
                if outcome.problem == nil { outcome.problem = error }
            }
        }
        return outcome
    }

    private func request(_ requests: [IPAddress], _ family: IPFamily) -> IPAddress? {
        requests.first { $0.family == family }
    }

    private mutating func address(
        _ family: IPFamily, for service: ObjectName, _ request: IPAddress?
    ) throws(Problem) -> IPAddress {
        if let held = addresses(of: service).first(where: { $0.family == family }) { return held }
        if let request {
            try take(request, for: service)
            return request
        }
        let candidates = pools.indices.filter { pools[$0].prefix.family == family }
        guard !candidates.isEmpty else {
            throw Problem(
                reason: "NoPool", message: "there is no load-balancer pool of \(family) addresses")
        }
        for index in candidates {
            var lowest = LowestFirst()
            guard let address = try? pools[index].allocateNext(using: &lowest) else { continue }
            note(address, service)
            return address
        }
        throw Problem(
            reason: "PoolExhausted",
            message: "all addresses of the \(family) load-balancer pools are in use")
    }

    private mutating func take(
        _ address: IPAddress, for service: ObjectName
    ) throws(Problem) {
        if let holder = holders[address] {
            if holder == service { return }
            throw Problem(
                reason: "AddressInUse",
                message: "load-balancer IP \(address) belongs to Service \(holder)")
        }
        guard let index = pools.firstIndex(where: { $0.prefix.contains(address) }) else {
            throw Problem(
                reason: "AddressNotInPool",
                message: "load-balancer IP \(address) is in none of the pools: "
                    + pools.map(\.prefix.description).joined(separator: ", "))
        }
        do throws(AllocationError) {
            try pools[index].allocate(address)
        } catch {
            throw Problem(reason: "AddressNotUsable", message: error.description)
        }
        note(address, service)
    }

    private mutating func note(_ address: IPAddress, _ service: ObjectName) {
        holders[address] = service
        held[service, default: []].append(address)
    }

    private mutating func free(_ address: IPAddress, of service: ObjectName) {
        holders[address] = nil
        held[service]?.removeAll { $0 == address }
        if held[service]?.isEmpty == true { held[service] = nil }
        for index in pools.indices where pools[index].prefix.contains(address) {
            if pools[index].release(address) { return }
        }
    }
}

/// The load-balancer IPs that a Service asks for by name.
struct LoadBalancerRequest {
    static let annotation = "pointsman.dev/load-balancer-ips"

    /// At most one of each family.
    let addresses: [IPAddress]

    init(_ service: Service, families: [IPFamily]) throws(LoadBalancerAddresses.Problem) {
        let text = service.metadata.annotations[Self.annotation] ?? service.spec.loadBalancerIP
        var addresses: [IPAddress] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let address = IPAddress(String(part)) else {
                throw Self.unusable("\"\(part)\" is not an IP address")
            }
            guard families.contains(address.family) else {
                throw Self.unusable("the Service has no \(address.family) for \(address)")
            }
            guard !addresses.contains(where: { $0.family == address.family }) else {
                throw Self.unusable("more than one \(address.family) address is asked for")
            }
            addresses.append(address)
        }
        self.addresses = addresses
    }

    private static func unusable(_ message: String) -> LoadBalancerAddresses.Problem {
        LoadBalancerAddresses.Problem(reason: "InvalidRequest", message: message)
    }
}
