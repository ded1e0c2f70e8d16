import Addresses
import KubeAPI

/// What all ports of a Service share: scheduler, session affinity, source ranges.
struct ServiceSettings {
    private(set) var scheduler = Scheduler.random
    private(set) var affinityTimeout: UInt32?
    private(set) var problems: Set<ServiceProblem> = []
    private var ranges: [IPPrefix] = []

    static let sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"
    /// Kubernetes' default.
    static let defaultAffinityTimeout: UInt32 = 10800

    init(_ service: Service) {
        readScheduler(service.metadata.annotations[Scheduler.annotation])
        if service.spec.sessionAffinity == "ClientIP" {
            let seconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
            affinityTimeout =
                seconds.flatMap { UInt32(exactly: $0) } ?? Self.defaultAffinityTimeout
        }
        if service.spec.type == .loadBalancer { readSourceRanges(service) }
    }

    /// Who may connect to the load-balancer IPs of a family; nil: everybody. Where a load-balancer IP is an
    /// address of the node too, what the node sends to it comes from that address: if the node may connect, so
    /// may they.
    func sourceRanges(
        _ family: IPFamily, loadBalancerIPs: [IPAddress], nodeAddresses: Set<IPAddress>
    ) -> [IPPrefix]? {
        var own = Set(ranges.filter { $0.family == family })
        if own.isEmpty || own.contains(where: { $0.length == 0 }) { return nil }
        if own.contains(where: { nodeAddresses.contains(where: $0.contains) }) {
            own.formUnion(
                loadBalancerIPs.filter { $0.family == family }.map(IPPrefix.init(host:)))
        }
        return own.sorted()
    }

    private mutating func readScheduler(_ text: String?) {
        guard let text else { return }
        if let scheduler = Scheduler(rawValue: text) {
            self.scheduler = scheduler
            return
        }
        let known = Scheduler.allCases.map(\.rawValue).joined(separator: ", ")
        problems.insert(
            ServiceProblem(
                "InvalidScheduler",
                "annotation \(Scheduler.annotation) is \"\(text)\"; backends are chosen at random. "
                    + "Use one of \(known)"))
    }

    /// The field; where it is empty, the annotation.
    private mutating func readSourceRanges(_ service: Service) {
        var texts = service.spec.loadBalancerSourceRanges
        if texts.isEmpty, let list = service.metadata.annotations[Self.sourceRangesAnnotation] {
            texts = list.split(separator: ",").map(String.init)
        }
        for text in texts {
            let trimmed = text.trimmingBlanks
            if trimmed.isEmpty { continue }
            if let range = IPPrefix(trimmed) {
                if !ranges.contains(range) { ranges.append(range) }
                continue
            }
            problems.insert(
                ServiceProblem(
                    "InvalidSourceRange",
                    "\"\(trimmed)\" of the load-balancer source ranges is no CIDR; nobody is let "
                        + "in by it. Write it as 192.0.2.0/24"))
            hasInvalidRange = true
        }
        if hasInvalidRange { keepClosed() }
    }

    private var hasInvalidRange = false

    /// A mistake must not open the address to everybody: a family without a valid range gets one that holds nobody.
    private mutating func keepClosed() {
        for host in [IPAddress(ipv4: 0), IPAddress(ipv6: 0, 0)]
        where !ranges.contains(where: { $0.family == host.family }) {
            ranges.append(IPPrefix(host: host))
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r"]
        let start = drop { blanks.contains($0) }
        return String(String(start.reversed().drop { blanks.contains($0) }.reversed()))
    }
}
