import Addresses
import KubeAPI

/// The rows of the table that one Service asks for.
struct CompiledService: Equatable, Sendable {
    private(set) var servicePorts = SortedRows<ServicePortName, ServicePortState>()
    private(set) var frontends = SortedRows<FrontendAddress, Frontend>()
    var problems: Set<ServiceProblem> = []
    /// `metadata.creationTimestamp`: the older Service wins a contested address.
    var created = ""

    /// The rows while they are made.
    private struct Rows {
        var servicePorts: [ServicePortName: ServicePortState] = [:]
        var frontends: [FrontendAddress: Frontend] = [:]
    }

    /// Nothing for a Service that is headless, an alias, or left to another proxy.
    init(_ service: Service, in snapshot: ClusterSnapshot) {
        created = service.metadata.creationTimestamp ?? ""
        guard service.spec.hasClusterIPs,
            service.metadata.labels["service.kubernetes.io/service-proxy-name"] == nil
        else { return }
        var endpoints = EndpointCollection(of: service.objectName, in: snapshot)
        let addresses = ServiceAddresses(service)
        let settings = ServiceSettings(service)
        problems = addresses.problems.union(settings.problems)
        var rows = Rows()
        for family in addresses.families {
            for port in service.spec.ports {
                compile(port, family, service, addresses, settings, &endpoints, &rows)
            }
        }
        servicePorts = SortedRows(rows.servicePorts)
        frontends = SortedRows(rows.frontends)
        problems.formUnion(endpoints.problems)
    }

    private mutating func compile(
        _ port: ServicePort, _ family: IPFamily, _ service: Service, _ addresses: ServiceAddresses,
        _ settings: ServiceSettings, _ endpoints: inout EndpointCollection, _ rows: inout Rows
    ) {
        guard let `protocol` = L4Protocol(rawValue: port.protocol.isEmpty ? "TCP" : port.protocol),
            let number = Port(exactly: port.port), number > 0
        else {
            problems.insert(
                ServiceProblem("InvalidPort", "port \(port.port)/\(port.protocol) is not a port"))
            return
        }
        let name = ServicePortName(
            namespace: service.metadata.namespace, service: service.metadata.name, port: port.name,
            protocol: `protocol`, family: family)
        let nodePort = Port(exactly: port.nodePort).flatMap { $0 > 0 ? $0 : nil }
        let isExternal = addresses.isExternal(family) || nodePort != nil
        let policies = PortPolicies(service.spec, isExternal: isExternal, endpoints.snapshot.node)
        let choice = BackendSelection(
            endpoints.candidates(port: port.name, `protocol`, family), policies.uses,
            node: endpoints.snapshot.node)
        rows.servicePorts[name] = ServicePortState(
            cluster: choice.cluster, local: choice.local, excluded: choice.excluded,
            scheduler: settings.scheduler, affinityTimeout: settings.affinityTimeout)
        let frontends = FrontendFactory(name, policies, choice)
        let ranges = settings.sourceRanges(
            family, loadBalancerIPs: addresses.loadBalancerIPs,
            nodeAddresses: endpoints.snapshot.node.nodePortAddresses)
        for (kind, address) in addresses.addresses(family) {
            let key = FrontendAddress(.address(address), number, `protocol`)
            if rows.frontends[key] == nil {
                rows.frontends[key] = frontends.frontend(
                    kind, sourceRanges: kind == .loadBalancerIP ? ranges : nil)
            }
        }
        if let nodePort {
            let key = FrontendAddress(.node(family), nodePort, `protocol`)
            rows.frontends[key] = frontends.frontend(.nodePort, sourceRanges: nil)
        }
    }
}

/// The traffic policies of one ServicePort and what follows from them.
struct PortPolicies {
    let internalIsLocal: Bool
    let externalIsLocal: Bool
    let isExternal: Bool
    private let masqueradeAll: Bool
    private let podCIDRs: [IPPrefix]
    private let podInterfaces: PodInterfaces?

    init(_ spec: ServiceSpec, isExternal: Bool, _ node: NodeContext) {
        internalIsLocal = spec.internalTrafficPolicy == .local
        externalIsLocal = isExternal && spec.externalTrafficPolicy == .local
        self.isExternal = isExternal
        masqueradeAll = node.masqueradeAll
        podCIDRs = node.podCIDRs
        podInterfaces = node.podInterfaces
    }

    var uses: BackendSelection.Uses {
        BackendSelection.Uses(
            cluster: !internalIsLocal || isExternal, local: internalIsLocal || externalIsLocal)
    }

    /// Without a local detector nobody can tell Pods from others: then a ClusterIP masquerades nothing.
    func clusterIPMasquerade(_ family: IPFamily) -> Frontend.Masquerade {
        if masqueradeAll { return .always }
        let canTell = podInterfaces != nil || podCIDRs.contains { $0.family == family }
        return canTell ? .unlessFromPod : .never
    }

    var externalMasquerade: Frontend.Masquerade { externalIsLocal ? .fromHost : .always }
}

/// Makes the frontends of one ServicePort.
private struct FrontendFactory {
    let name: ServicePortName
    let policies: PortPolicies
    /// What a packet meets where no local backend is, while there may be others elsewhere.
    let whenNoneIsLocal: Frontend.WhenEmpty

    init(_ name: ServicePortName, _ policies: PortPolicies, _ choice: BackendSelection) {
        self.name = name
        self.policies = policies
        whenNoneIsLocal = choice.hasAny ? .drop : .reject
    }

    func frontend(_ kind: Frontend.Kind, sourceRanges: [IPPrefix]?) -> Frontend {
        switch kind {
        case .clusterIP:
            let list: BackendList = policies.internalIsLocal ? .local : .cluster
            let whenEmpty = policies.internalIsLocal ? whenNoneIsLocal : .reject
            return Frontend(
                kind, name, internalList: list, externalList: list, whenInternalEmpty: whenEmpty,
                whenExternalEmpty: whenEmpty,
                masquerade: policies.clusterIPMasquerade(name.family))
        case .nodePort, .externalIP, .loadBalancerIP:
            return Frontend(
                kind, name, internalList: .cluster,
                externalList: policies.externalIsLocal ? .local : .cluster,
                whenInternalEmpty: .reject,
                whenExternalEmpty: policies.externalIsLocal ? whenNoneIsLocal : .reject,
                masquerade: policies.externalMasquerade, sourceRanges: sourceRanges)
        }
    }
}
