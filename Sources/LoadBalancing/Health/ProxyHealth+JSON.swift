import Addresses
package import KubeAPI

extension ProxyHealth.Report {
    /// As kube-proxy writes it, members in its order.
    package var json: JSON {
        var members: [(String, JSON)] = [
            ("lastUpdated", Self.time(lastUpdated)), ("currentTime", Self.time(currentTime)),
        ]
        if let isNodeEligible { members.append(("nodeEligible", .bool(isNodeEligible))) }
        members.append(("healthy", .bool(isHealthy)))
        if !families.isEmpty {
            let status = families.sorted { $0.key < $1.key }.map { family, status in
                (family.description, status.json)
            }
            members.append(("status", .object(JSONObject(status))))
        }
        return .object(JSONObject(members))
    }

    /// RFC 3339 with as much of a fraction as there is; a moment that never was is Go's zero time.
    fileprivate static func time(_ sinceEpoch: Duration?) -> JSON {
        guard let sinceEpoch else { return "0001-01-01T00:00:00Z" }
        let (seconds, attoseconds) = sinceEpoch.components
        var text = "\(Timestamp(secondsSinceEpoch: seconds))"
        let nanoseconds = attoseconds / 1_000_000_000
        guard nanoseconds > 0 else { return .string(text) }
        text.removeLast()
        let digits = String(nanoseconds)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return .string("\(text).\(fraction)Z")
    }
}

extension ProxyHealth.Report.Status {
    fileprivate var json: JSON {
        .object(
            JSONObject([
                ("lastUpdated", ProxyHealth.Report.time(lastUpdated)),
                ("healthy", .bool(isHealthy)),
            ]))
    }
}
