import Addresses
import KubeAPI

// The three steps of `admit`, as in Kubernetes' pkg/registry/core/service/storage/alloc.go.
extension ServiceAllocator {
    private static let ports: FieldPath = "spec.ports"

    mutating func allocateAddresses(
        _ service: inout Service, _ old: Service?, _ allocations: inout ServiceAllocations,
        dryRun: Bool, using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        let asked = service.spec.clusterIPs
        for index in Self.familiesToAllocate(service.spec, replacing: old?.spec) {
            if asked.indices.contains(index) {
                try takeAsked(asked[index], service, &allocations)
                continue
            }
            guard let family = IPFamily(service.spec.ipFamilies[index]) else { continue }
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
        if service.spec.hasClusterIPs {
            service.spec.clusterIP = service.spec.clusterIPs.first ?? ""
        }
    }

    /// The positions in `ipFamilies` whose address is taken now: all of a Service that had none, the second of one
    /// that gets a second family. A changed address is not taken: validation refuses it.
    private static func familiesToAllocate(
        _ spec: ServiceSpec, replacing old: ServiceSpec?
    ) -> Range<Int> {
        guard spec.hasClusterIPs else { return 0..<0 }
        guard let old, old.type != .externalName else { return spec.ipFamilies.indices }
        let isUpgrade =
            !old.isHeadless && old.ipFamilies.count == 1 && spec.ipFamilies.count == 2
        return isUpgrade ? 1..<2 : 0..<0
    }

    private mutating func takeAsked(
        _ text: String, _ service: Service, _ allocations: inout ServiceAllocations
    ) throws(Status) {
        guard let address = IPAddress(kubernetes: text) else { return }
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
        let prefix = serviceCIDRs.first { $0.family == family }
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
            } else if !held.nodePorts.contains(port.nodePort),
                !allocations.takenPorts.contains(port.nodePort)
            {
                try takeNodePort(port.nodePort, index, service, &allocations)
            }
        }
    }

    mutating func allocateHealthCheckNodePort(
        _ service: inout Service, _ old: ServiceSpec?, _ allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) {
        // One that it has is immutable as long as it is needed.
        guard service.spec.needsHealthCheckNodePort, old?.needsHealthCheckNodePort != true else {
            return
        }
        let asked = service.spec.healthCheckNodePort
        if asked == 0 {
            service.spec.healthCheckNodePort = try chooseNodePort(
                "a HealthCheck NodePort 0", &allocations, using: &rng)
            return
        }
        do throws(AllocationError) {
            try take(port: asked, for: &allocations)
        } catch {
            throw .internalError(
                "failed to allocate requested HealthCheck NodePort \(asked): \(error)")
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
