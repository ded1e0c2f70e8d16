package import Addresses
package import KubeAPI

/// Which addresses the Pods of a namespace have, for the names of Pods. Pods that terminate or have ended have none, as in
/// CoreDNS.
package struct PodAddressTable: Sendable {
    private var addresses: [ObjectName: [IPAddress]] = [:]
    /// How many Pods have an address: those on the host's network share one.
    private var counts: [String: [IPAddress: Int]] = [:]

    package init() {}

    package func contains(_ address: IPAddress, in namespace: String) -> Bool {
        counts[namespace]?[address] != nil
    }

    package mutating func upsert(_ pod: Pod) {
        let isThere = !pod.isFinished && !pod.isTerminating && pod.phase != "Unknown"
        set(pod.objectName, isThere ? pod.podIPs.compactMap { IPAddress($0) } : [])
    }

    package mutating func remove(_ pod: ObjectName) { set(pod, []) }

    private mutating func set(_ pod: ObjectName, _ new: [IPAddress]) {
        let old = addresses[pod] ?? []
        guard old != new else { return }
        addresses[pod] = new.isEmpty ? nil : new
        for address in new { counts[pod.namespace, default: [:]][address, default: 0] += 1 }
        for address in old {
            let count = counts[pod.namespace]?[address] ?? 0
            counts[pod.namespace]?[address] = count > 1 ? count - 1 : nil
        }
        if counts[pod.namespace]?.isEmpty == true { counts[pod.namespace] = nil }
    }
}
