extension Table {
    static let podColumns: [TableColumn] = [
        .name,
        TableColumn("Ready", "Containers that are ready, of all.") {
            let summary = PodSummary($0)
            return "\(summary.ready)/\(summary.containers)"
        },
        TableColumn("Status", "What the Pod does, or why it does not.") { PodSummary($0).reason },
        TableColumn(
            "Restarts", "How often its containers were started again, and when last.",
            ages: { pod, now in
                let summary = PodSummary(pod)
                guard summary.restarts != 0, let last = summary.lastRestart else {
                    return String(summary.restarts)
                }
                let age = Age.text(since: .string(last.description), now: now)
                return "\(summary.restarts) (\(age) ago)"
            }),
        .age,
        TableColumn("IP", wide: true, "Its first address.") {
            let first = $0.value(at: "status", "podIPs")?.array?.first?.text("ip")
            return (first ?? $0.text("status", "podIP")).orNone
        },
        TableColumn("Node", wide: true, "The node that it runs on.") {
            $0.text("spec", "nodeName").orNone
        },
        TableColumn("Nominated Node", wide: true, "The node that is being made free for it.") {
            $0.text("status", "nominatedNodeName").orNone
        },
        TableColumn("Readiness Gates", wide: true, "Further conditions that hold, of all.") {
            readinessGates($0)
        },
    ]

    private static func readinessGates(_ pod: JSON) -> String {
        let gates = pod.value(at: "spec", "readinessGates")?.array ?? []
        if gates.isEmpty { return "<none>" }
        let met = gates.filter { gate in
            PodSummary.condition(gate.text("conditionType"), of: pod)?.text("status") == "True"
        }
        return "\(met.count)/\(gates.count)"
    }
}
