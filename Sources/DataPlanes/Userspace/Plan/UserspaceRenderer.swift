import Addresses
import LoadBalancing

/// Says what the listeners of one frontend have to do. Pure.
enum UserspaceRenderer {
    /// A frontend as listeners, and what of it cannot be had.
    struct Rendered: Equatable, Sendable {
        var listeners: [ListenerKey: ListenerPlan] = [:]
        var problem: FrontendProblem?
    }

    static func render(
        _ address: FrontendAddress, of table: ServiceTable, _ internalSources: InternalSources
    ) -> Rendered {
        guard let frontend = table.frontends[address] else { return Rendered() }
        let transport: ListenerKey.Transport
        switch address.protocol {
        case .tcp: transport = .tcp
        case .udp: transport = .udp
        case .sctp: return Rendered(problem: .sctpNotSupported)
        }
        let plan = ListenerPlan(
            frontend: address, servicePort: frontend.servicePort,
            sources: sources(of: frontend, internalSources.prefixes(address.family), table))
        var rendered = Rendered()
        for host in hosts(of: address, table) {
            let key = ListenerKey(
                address: IPSocketAddress(host, address.port), transport: transport)
            rendered.listeners[key] = plan
        }
        if frontend.externalList == .local { rendered.problem = .sourceAddressNotPreserved }
        return rendered
    }

    private static func hosts(of address: FrontendAddress, _ table: ServiceTable) -> [IPAddress] {
        switch address.host {
        case .address(let host): [host]
        case .node(let family): table.nodeAddresses.filter { $0.family == family }.sorted()
        }
    }

    private static func sources(
        of frontend: Frontend, _ internalPrefixes: [IPPrefix], _ table: ServiceTable
    ) -> SourcePolicy {
        let state = table.servicePorts[frontend.servicePort] ?? ServicePortState()
        return SourcePolicy(
            internalVerdict: verdict(frontend.internalList, frontend.whenInternalEmpty, state),
            externalVerdict: verdict(frontend.externalList, frontend.whenExternalEmpty, state),
            internalPrefixes: internalPrefixes,
            allowed: frontend.sourceRanges)
    }

    private static func verdict(
        _ list: BackendList, _ whenEmpty: Frontend.WhenEmpty, _ state: ServicePortState
    ) -> SourcePolicy.Verdict {
        if state.backends(list).contains(where: { $0.weight > 0 }) { return .serve(list) }
        switch whenEmpty {
        case .reject: return .reject
        case .drop: return .drop
        }
    }
}
