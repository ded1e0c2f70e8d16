import Addresses
import Wire

extension DNSZone {
    /// The version of the specification that `dns-version` names.
    private static let specification = Array("1.1.0".utf8)
    /// What RFC 8482 4.2 gives for type ANY: HINFO with the RFC's name as CPU and no OS.
    private static let refusesAny = [UInt8(7)] + Array("RFC8482".utf8) + [0]

    /// Makes the records of a node that the question asks for.
    func render(_ node: Node, _ question: DNS.Question, apex: DNS.Name) -> Answer {
        if case .missing = node { return .nxdomain(authority: soa(apex)) }
        if question.type == .any {
            return .records(
                [record(question.name, .opaque(.hinfo, Self.refusesAny))], additional: [])
        }
        var answers: [DNS.Record] = []
        var additional: [DNS.Record] = []
        switch (node, question.type) {
        case (.apex, .soa): answers = [soa(apex)]
        case (.apex, .ns): (answers, additional) = nameServers(question.name, apex)
        case (.version, .txt): answers = [record(question.name, .txt([Self.specification]))]
        case (.addresses(let addresses), _):
            answers = records(question.name, addresses, question.type)
        case (.service(let service), _):
            if let target = service.alias {
                let alias = record(question.name, .cname(target))
                if question.type != .cname { return .alias(alias, target: target) }
                answers = [alias]
            } else if question.type == .srv {
                (answers, additional) = locations(
                    question.name, service.locations, service, apex)
            } else {
                answers = records(question.name, service.addresses, question.type)
            }
        case (.locations(let found, let service), .srv):
            (answers, additional) = locations(question.name, found, service, apex)
        case (.pointers(let pointers), .ptr): answers = self.pointers(question.name, pointers)
        case (.missing, _), (.empty, _), (.apex, _), (.version, _), (.locations, _),
            (.pointers, _):
            break
        }
        if answers.isEmpty { return .nodata(authority: soa(apex)) }
        return .records(answers, additional: additional)
    }

    private func record(_ name: DNS.Name, _ data: DNS.RecordData) -> DNS.Record {
        DNS.Record(name, ttl: options.ttl, data)
    }

    /// The start of authority of the cluster domain or a reverse zone, spelled as given.
    private func soa(_ apex: DNS.Name) -> DNS.Record {
        let primary = Self.nameServer.appending(apex) ?? apex
        let mailbox = Self.hostmaster.appending(apex) ?? apex
        return record(
            apex,
            .soa(
                DNS.StartOfAuthority(
                    primary: primary, mailbox: mailbox, serial: serial, refresh: 7200,
                    retry: 1800, expire: 86400, minimum: options.ttl)))
    }

    private static let nameServer = DNS.Name("ns.dns")!
    private static let hostmaster = DNS.Name("hostmaster")!
    private static let services = DNS.Name("svc")!

    /// The Services that this server is an endpoint of, or `ns.dns` where there is none.
    private func nameServers(
        _ name: DNS.Name, _ apex: DNS.Name
    ) -> ([DNS.Record], [DNS.Record]) {
        // A reverse zone's servers have their names in the cluster domain.
        let domain = apex == options.domain ? apex : options.domain
        var targets: [(DNS.Name, [IPAddress])] = serverServices.sorted().compactMap { key in
            guard let service = services[key], let full = absolute(service.name, domain)
            else { return nil }
            return (full, service.addresses)
        }
        if targets.isEmpty, let own = Self.nameServer.appending(domain) {
            targets = [(own, options.serverAddresses.sorted())]
        }
        return (
            targets.map { record(name, .ns($0.0)) },
            targets.flatMap { target, addresses in
                addresses.map { record(target, .address($0)) }
            }
        )
    }

    /// `api.shop` to `api.shop.svc.cluster.local`.
    private func absolute(_ name: DNS.Name, _ apex: DNS.Name) -> DNS.Name? {
        name.appending(Self.services)?.appending(apex)
    }

    private func records(
        _ name: DNS.Name, _ addresses: [IPAddress], _ type: DNS.RecordType
    ) -> [DNS.Record] {
        let family: IPFamily
        switch type {
        case .a: family = .ipv4
        case .aaaa: family = .ipv6
        default: return []
        }
        return addresses.lazy.filter { $0.family == family }
            .map { record(name, .address($0)) }
    }

    /// SRV records with their targets' addresses. All weights together make about 100; each is at least 1 unless the Pod
    /// is to get nothing.
    private func locations(
        _ name: DNS.Name, _ locations: [ServiceRecords.Location], _ service: ServiceRecords,
        _ apex: DNS.Name
    ) -> ([DNS.Record], [DNS.Record]) {
        guard let own = absolute(service.name, apex) else { return ([], []) }
        let total = max(1, locations.reduce(0) { $0 + Int($1.weight) })
        var answers: [DNS.Record] = []
        var additional: [DNS.Record] = []
        var seen: Set<DNS.Record> = []
        for location in locations {
            guard let target = location.endpoint.map({ own.prepending($0) }) ?? own
            else { continue }
            let weight = location.weight == 0 ? 0 : max(1, 100 * Int(location.weight) / total)
            let srv = record(
                name,
                .srv(
                    DNS.ServiceLocation(
                        priority: 0, weight: UInt16(weight), port: location.number,
                        target: target)))
            if seen.insert(srv).inserted { answers.append(srv) }
            let address = record(target, .address(location.address))
            if seen.insert(address).inserted { additional.append(address) }
        }
        return (answers, additional)
    }

    private func pointers(_ name: DNS.Name, _ pointers: [Pointer]) -> [DNS.Record] {
        let clusterIPs = pointers.filter(\.isClusterIP)
        let targets = Set((clusterIPs.isEmpty ? pointers : clusterIPs).map(\.name)).sorted()
        return targets.compactMap { target in
            absolute(target, options.domain).map { record(name, .ptr($0)) }
        }
    }
}
