import Addresses
import KubeAPI

// The three steps of `admit`, as in Kubernetes' pkg/registry/core/service/storage/alloc.go.
extension ServiceAllocator {
    private static let ports: FieldPath = "spec.ports"

    mutating func allocateAddresses(
        _ service: inout Service, _ held: AllocatedValues?, _ allocations: inout ServiceAllocations,
        dryRun: Bool, using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        guard service.spec.hasClusterIPs else { return }
        let asked = service.spec.clusterIPs
        for (index, family) in service.spec.ipFamilies.enumerated() {
            if asked.indices.contains(index) {
                try takeAsked(asked[index], service, held, &allocations)
                continue
            }
            guard let family = IPFamily(family) else { continue }
            do throws(AllocationError) {
                let address = try takeNextAddress(family, for: &allocations, using: &rng)
                service.spec.clusterIPs.append(
                    (dryRun ? networkAddress(family) : address).description)
            } catch {
                throw .internalError(
                    "failed to allocate a serviceIP for Service \"\(service.objectName)\": \(error)"
                )
            }
        }
        service.spec.clusterIP = service.spec.clusterIPs.first ?? ""
    }

    private mutating func takeAsked(
        _ text: String, _ service: Service, _ held: AllocatedValues?,
        _ allocations: inout ServiceAllocations
    ) throws(Status) {
        guard let address = IPAddress(text), held?.addresses.contains(address) != true else {
            return
        }
        do throws(AllocationError) {
            try take(address, for: &allocations)
        } catch {
            throw .invalid(
                service,
                .invalid(
                    "spec.clusterIPs", .strings(service.spec.clusterIPs),
                    "failed to allocate IP \(text): \(error)"))
        }
    }

    private func networkAddress(_ family: IPFamily) -> IPAddress {
        let prefix = addressPools.first { $0.prefix.family == family }?.prefix
        return prefix?.network ?? IPAddress(ipv4: 0)
    }

    mutating func allocateNodePorts(
        _ service: inout Service, _ held: AllocatedValues?, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        guard service.spec.hasNodePorts else { return }
        if let held {
            try updateNodePorts(&service, held, &allocations, using: &rng)
        } else {
            try createNodePorts(&service, &allocations, using: &rng)
        }
    }

    /// On create, ports of one number (and different protocols) share a NodePort.
    private mutating func createNodePorts(
        _ service: inout Service, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        var chosen: [Int64: Int64] = [:]
        let ports = service.spec.ports
        for (index, port) in ports.enumerated() {
            if port.nodePort == 0, !service.spec.wantsNodePorts { continue }
            if let shared = chosen[port.port] {
                if port.nodePort == 0 {
                    service.spec.ports[index].nodePort = shared
                } else if port.nodePort != shared {
                    try takeNodePort(port.nodePort, index, service, &allocations)
                }
                continue
            }
            // Another protocol of the same number may name the NodePort of both.
            let asked = ports.first { $0.port == port.port && $0.nodePort != 0 }?.nodePort
            if let asked {
                try takeNodePort(asked, index, service, &allocations)
                service.spec.ports[index].nodePort = asked
            } else {
                service.spec.ports[index].nodePort = try chooseNodePort(
                    "a nodePort", &allocations, using: &rng)
            }
            chosen[port.port] = service.spec.ports[index].nodePort
        }
    }

    /// On update, each port without a NodePort gets one of its own.
    private mutating func updateNodePorts(
        _ service: inout Service, _ held: AllocatedValues, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        for (index, port) in service.spec.ports.enumerated() {
            if port.nodePort == 0 {
                guard service.spec.wantsNodePorts else { continue }
                service.spec.ports[index].nodePort = try chooseNodePort(
                    "a nodePort", &allocations, using: &rng)
            } else if !held.ports.contains(port.nodePort),
                !allocations.takenPorts.contains(port.nodePort)
            {
                try takeNodePort(port.nodePort, index, service, &allocations)
            }
        }
    }

    mutating func allocateHealthCheckNodePort(
        _ service: inout Service, _ held: AllocatedValues?, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        guard service.spec.needsHealthCheckNodePort else { return }
        let asked = service.spec.healthCheckNodePort
        if asked == 0 {
            service.spec.healthCheckNodePort = try chooseNodePort(
                "a HealthCheck NodePort", &allocations, using: &rng)
        } else if held?.ports.contains(asked) != true {
            do throws(AllocationError) {
                try take(port: asked, for: &allocations)
            } catch {
                throw .internalError(
                    "failed to allocate requested HealthCheck NodePort \(asked): \(error)")
            }
        }
    }

    private mutating func takeNodePort(
        _ port: Int64, _ index: Int, _ service: Service, _ allocations: inout ServiceAllocations
    ) throws(Status) {
        do throws(AllocationError) {
            try take(port: port, for: &allocations)
        } catch {
            let path = Self.ports[index].child("nodePort")
            throw .invalid(service, .invalid(path, .integer(port), "\(error)"))
        }
    }

    private mutating func chooseNodePort(
        _ what: String, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) -> Int64 {
        do throws(AllocationError) {
            return try takeNextPort(for: &allocations, using: &rng)
        } catch {
            throw .internalError("failed to allocate \(what): \(error)")
        }
    }
}

extension Status {
    fileprivate static func invalid(_ service: Service, _ error: FieldError) -> Status {
        .invalid(.services, service.metadata.name, [error])
    }

    fileprivate static func internalError(_ why: String) -> Status {
        Status(.internalError, "Internal error occurred: \(why)")
    }
}
