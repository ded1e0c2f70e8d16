import Addresses
package import Wire

extension FlowPlan {
    /// How many walks through the table for one address each are made before one walk looks at all UDP flows of the
    /// family.
    static let targetedScans = 8

    /// What to ask the kernel for, so that every flow that must go is among the answers, and few others are.
    package var scans: [ConntrackFilter] { IPFamily.allCases.flatMap(scans) }

    private func scans(_ family: IPFamily) -> [ConntrackFilter] {
        if orphaned.contains(where: { $0.family == family }) {
            return [ConntrackFilter(family, .udp)]
        }
        let rules = rules.filter { $0.key.address.family == family }
        guard !rules.isEmpty else { return [] }
        let targeted = targetedScans(rules, family)
        guard targeted.count > Self.targetedScans else { return targeted }
        let status = Self.status(rules.values.contains(where: \.removesUntranslated))
        return [ConntrackFilter(family, .udp, status: status)]
    }

    /// A scan for each address and port; of IPv6 the kernel can compare the port alone.
    private func targetedScans(
        _ rules: [IPSocketAddress: FlowRule], _ family: IPFamily
    ) -> [ConntrackFilter] {
        var includesUntranslated: [ConntrackFilter: Bool] = [:]
        for (destination, rule) in rules {
            let scan = ConntrackFilter(
                family, .udp, to: family == .ipv4 ? destination.address : nil,
                port: destination.port)
            includesUntranslated[scan] =
                includesUntranslated[scan] == true || rule.removesUntranslated
        }
        return includesUntranslated.map { scan, includesUntranslated in
            var scan = scan
            scan.status = Self.status(includesUntranslated)
            return scan
        }.sorted { $0.order < $1.order }
    }

    private static func status(_ includesUntranslated: Bool) -> ConntrackStatus {
        includesUntranslated ? [] : .destinationNAT
    }
}

extension ConntrackFilter {
    fileprivate var order: (IPAddress, Port) {
        (destination ?? IPAddress(ipv4: 0), destinationPort ?? 0)
    }
}
