import Addresses
import LoadBalancing

/// A ServiceTable as text for `nft -f`.
struct HandWrittenRules {
    private let table: ServiceTable
    private let frontends: [(FrontendAddress, Frontend)]

    init(_ table: ServiceTable) {
        self.table = table
        frontends = table.frontends.sorted { $0.key < $1.key }
    }

    var text: String {
        """
        table inet hand
        delete table inet hand
        table inet hand {
            chain refuse-pre { type filter hook prerouting priority -110;
                ct state != new accept
                iif lo accept
        \(lines(refusals(isHost: false)))
            }
            chain refuse-out { type filter hook output priority -110;
                ct state != new accept
        \(lines(refusals(isHost: true)))
            }
            chain pre { type nat hook prerouting priority -100;
        \(lines(frontends.flatMap { translations($0, $1, isHost: false) }))
            }
            chain out { type nat hook output priority -100;
        \(lines(frontends.flatMap { translations($0, $1, isHost: true) }))
            }
            chain post { type nat hook postrouting priority 100;
        \(lines(hairpins + frontends.compactMap(masquerade)))
            }
        }
        """
    }

    private func lines(_ rules: [String]) -> String {
        rules.map { "        " + $0 }.joined(separator: "\n")
    }

    // MARK: Matches

    private func version(_ family: IPFamily) -> String { family == .ipv4 ? "ip" : "ip6" }

    private func list(_ items: [String]) -> String { "{ " + items.joined(separator: ", ") + " }" }

    /// nil where no packet can match.
    private func destination(_ frontend: FrontendAddress, original: Bool = false) -> String? {
        let v = version(frontend.family)
        let l4 = frontend.protocol.rawValue.lowercased()
        let addresses: [IPAddress] =
            switch frontend.host {
            case .address(let address): [address]
            case .node(let family): table.nodeAddresses.filter { $0.family == family }.sorted()
            }
        guard !addresses.isEmpty else { return nil }
        let set = list(addresses.map { "\($0)" })
        return original
            ? "meta l4proto \(l4) ct original \(v) daddr \(set) ct original proto-dst "
                + "\(frontend.port)" : "\(v) daddr \(set) \(l4) dport \(frontend.port)"
    }

    private func pods(_ family: IPFamily) -> String? {
        let own = table.podCIDRs.filter { $0.family == family }
        return own.isEmpty ? nil : list(own.map { "\($0)" })
    }

    // MARK: Rules

    private func refusals(isHost: Bool) -> [String] {
        let known = frontends.flatMap { address, frontend -> [String] in
            guard let match = destination(address) else { return [] }
            return ranges(address, frontend, match)
                + refusals(address, frontend, match, isHost: isHost) + ["\(match) accept"]
        }
        let clusterIPs = frontends.compactMap { address, frontend -> String? in
            guard frontend.kind == .clusterIP, case .address(let ip) = address.host else {
                return nil
            }
            return "\(version(ip.family)) daddr \(ip) reject with icmpx port-unreachable"
        }
        let networks = table.serviceCIDRs.map { "\(version($0.family)) daddr \($0) drop" }
        return known + clusterIPs + networks
    }

    private func ranges(
        _ address: FrontendAddress, _ frontend: Frontend, _ match: String
    ) -> [String] {
        guard let ranges = frontend.sourceRanges else { return [] }
        let v = version(address.family)
        let own = ranges.filter { $0.family == address.family }
        if own.isEmpty { return ["\(match) drop"] }
        if own.contains(where: { $0.length == 0 }) { return [] }
        return ["\(match) \(v) saddr != \(list(own.map { "\($0)" })) drop"]
    }

    private func refusals(
        _ address: FrontendAddress, _ frontend: Frontend, _ match: String, isHost: Bool
    ) -> [String] {
        let l4 = address.protocol == .tcp ? "reject with tcp reset" : "reject"
        func rule(_ isInternal: Bool, _ match: String) -> [String] {
            let list = isInternal ? frontend.internalList : frontend.externalList
            guard table.servicePorts[frontend.servicePort]?.backends(list).isEmpty != false else {
                return []
            }
            let when = isInternal ? frontend.whenInternalEmpty : frontend.whenExternalEmpty
            return ["\(match) \(when == .drop ? "drop" : l4)"]
        }
        if isHost { return rule(true, match) }
        guard let pods = pods(address.family) else { return rule(false, match) }
        let v = version(address.family)
        return rule(true, "\(match) \(v) saddr \(pods)")
            + rule(false, "\(match) \(v) saddr != \(pods)")
    }

    private func translations(
        _ address: FrontendAddress, _ frontend: Frontend, isHost: Bool
    ) -> [String] {
        guard let match = destination(address) else { return [] }
        let v = version(address.family)
        func rule(_ match: String, _ list: BackendList) -> [String] {
            let backends = table.servicePorts[frontend.servicePort]?.backends(list) ?? []
            let slots = backends.flatMap { Array(repeating: $0, count: Int($0.weight)) }
            guard !slots.isEmpty else { return [] }
            let map = slots.enumerated().map { "\($0) : \($1.address) . \($1.port)" }
            return [
                "\(match) dnat \(v) to numgen random mod \(slots.count) map \(self.list(map))"
            ]
        }
        if isHost { return rule(match, frontend.internalList) }
        guard let pods = pods(address.family) else { return rule(match, frontend.externalList) }
        return rule("\(match) \(v) saddr \(pods)", frontend.internalList)
            + rule("\(match) \(v) saddr != \(pods)", frontend.externalList)
    }

    private var hairpins: [String] {
        let backends = table.servicePorts.values.flatMap { $0.cluster + $0.local }
        return Set(backends.map(\.address)).sorted().map { address in
            let v = version(address.family)
            return "ct status dnat \(v) saddr \(address) \(v) daddr \(address) masquerade"
        }
    }

    private func masquerade(_ address: FrontendAddress, _ frontend: Frontend) -> String? {
        guard let match = destination(address, original: true) else { return nil }
        let v = version(address.family)
        let rule = "ct status dnat \(match)"
        switch frontend.masquerade {
        case .never: return nil
        case .always: return "\(rule) masquerade"
        case .unlessFromPod:
            return pods(address.family).map { "\(rule) \(v) saddr != \($0) masquerade" }
                ?? "\(rule) masquerade"
        case .fromHost: return "\(rule) fib saddr type local masquerade"
        }
    }
}
