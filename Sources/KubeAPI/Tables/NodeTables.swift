extension Table {
    static let namespaceColumns: [TableColumn] = [
        .name,
        TableColumn("Status", "Active or Terminating.") { $0.text("status", "phase") },
        .age,
    ]

    static let nodeColumns: [TableColumn] = [
        .name,
        TableColumn("Status", "Whether the node is ready and takes Pods.", cell: nodeStatus),
        TableColumn("Roles", "What its labels say that it is for.", cell: nodeRoles),
        .age,
        TableColumn("Version", "Version of its agent.") { info($0, "kubeletVersion") },
        TableColumn("Internal-IP", wide: true, "Its address inside.") {
            address("InternalIP", of: $0).orNone
        },
        TableColumn("External-IP", wide: true, "Its address outside.") {
            address("ExternalIP", of: $0).orNone
        },
        TableColumn("OS-Image", wide: true, "Its operating system.") {
            info($0, "osImage").orUnknown
        },
        TableColumn("Kernel-Version", wide: true, "Its kernel.") {
            info($0, "kernelVersion").orUnknown
        },
        TableColumn("Container-Runtime", wide: true, "What runs its containers.") {
            info($0, "containerRuntimeVersion").orUnknown
        },
    ]

    private static func nodeStatus(_ node: JSON) -> String {
        let conditions = node.value(at: "status", "conditions")?.array ?? []
        let ready = conditions.first { $0.text("type") == "Ready" }
        let status = ready.map { $0.text("status") == "True" ? "Ready" : "NotReady" }
        let isUnschedulable = node.value(at: "spec", "unschedulable")?.bool == true
        return (status ?? "Unknown") + (isUnschedulable ? ",SchedulingDisabled" : "")
    }

    private static func nodeRoles(_ node: JSON) -> String {
        let prefix = "node-role.kubernetes.io/"
        var roles: Set<String> = []
        for (label, value) in node.value(at: "metadata", "labels")?.stringMap ?? [:] {
            if label.hasPrefix(prefix), label.count > prefix.count {
                roles.insert(String(label.dropFirst(prefix.count)))
            } else if label == "kubernetes.io/role", !value.isEmpty {
                roles.insert(value)
            }
        }
        return roles.sorted().joined(separator: ",").orNone
    }

    private static func info(_ node: JSON, _ key: String) -> String {
        node.text("status", "nodeInfo", key)
    }

    private static func address(_ type: String, of node: JSON) -> String {
        let addresses = node.value(at: "status", "addresses")?.array ?? []
        return addresses.first { $0.text("type") == type }?.text("address") ?? ""
    }
}
