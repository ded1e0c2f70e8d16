extension Schema {
    static let node = Schema.kind(
        .core, "Node", "A machine that runs Pods.",
        [
            metadataField,
            .object("spec", 2, nodeSpec, "What the node shall be.").always,
            .object("status", 3, nodeStatus, "How it is.").always,
        ])

    static let nodeSpec = Schema(
        .core, "NodeSpec", "What a node shall be.",
        [
            .string("podCIDR", 1, "Where its Pods get their addresses from."),
            .strings("podCIDRs", 7, "The same for each IP family.").asSet.merging,
            .string("providerID", 3, "Its id with the provider of the machine."),
            .boolean("unschedulable", 4, "Whether new Pods stay away."),
            .list("taints", 5, taint, "What keeps Pods away that do not tolerate it."),
            .object("configSource", 6, nodeConfigSource, "No longer used."),
            .string("externalID", 2, "No longer used."),
            .opaque("podPreemptionPolicy", 8, "How Pods on it may be pushed out."),
        ])

    static let taint = Schema(
        .core, "Taint", "A mark that keeps Pods away.",
        [
            .string("key", 1, "Name of the mark.").required,
            .string("value", 2, "Its value."),
            .string("effect", 3, "NoSchedule, PreferNoSchedule or NoExecute.").required,
            .time("timeAdded", 4, "Since when it is there."),
        ])

    static let nodeStatus = Schema(
        .core, "NodeStatus", "How a node is.",
        [
            .quantities("capacity", 1, "What the machine has."),
            .quantities("allocatable", 2, "What of it Pods may use."),
            .string("phase", 3, "No longer used."),
            .list("conditions", 4, nodeCondition, "Aspects of its state.")
                .keyed(by: "type").merging(by: "type"),
            .list("addresses", 5, nodeAddress, "The addresses of the machine.")
                .keyed(by: "type").merging(by: "type"),
            .object("daemonEndpoints", 6, nodeDaemonEndpoints, "Ports of its own services.").always,
            .object("nodeInfo", 7, nodeSystemInfo, "What runs on it.").always,
            .list("images", 8, containerImage, "Container images that it holds."),
            .strings("volumesInUse", 9, "Volumes that are mounted."),
            .list("volumesAttached", 10, attachedVolume, "Volumes that are attached."),
            .object("config", 11, nodeConfigStatus, "No longer used."),
            .list("runtimeHandlers", 12, nodeRuntimeHandler, "Ways of running containers."),
            .object("features", 13, nodeFeatures, "What its container runtime can do."),
            .strings("declaredFeatures", 14, "What the node says that it can do."),
        ])

    static let nodeCondition = Schema(
        .core, "NodeCondition", "One aspect of the state of a node.",
        [
            .string("type", 1, "Name of the aspect, such as Ready.").required,
            .string("status", 2, "True, False or Unknown.").required,
            .time("lastHeartbeatTime", 3, "When the node told it last."),
            .time("lastTransitionTime", 4, "When the status changed last."),
            .string("reason", 5, "Why, as one word."),
            .string("message", 6, "Why, for people."),
        ])

    static let nodeAddress = Schema(
        .core, "NodeAddress", "An address of a node.",
        [
            .string("type", 1, "InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS.")
                .required,
            .string("address", 2, "The address or name.").required,
        ])

    static let nodeDaemonEndpoints = Schema(
        .core, "NodeDaemonEndpoints", "Ports of a node's own services.",
        [.object("kubeletEndpoint", 1, daemonEndpoint, "That of the agent.").always])

    static let daemonEndpoint = Schema(
        .core, "DaemonEndpoint", "A port of a service of the node.",
        [.int32("Port", 1, "The number.").required])

    static let nodeSystemInfo = Schema(
        .core, "NodeSystemInfo", "What runs on a node.",
        [
            .string("machineID", 1, "Id from /etc/machine-id.").required,
            .string("systemUUID", 2, "Id of the hardware.").required,
            .string("bootID", 3, "Id of the present boot.").required,
            .string("kernelVersion", 4, "As `uname -r` says.").required,
            .string("osImage", 5, "Name of the operating system.").required,
            .string("containerRuntimeVersion", 6, "Name and version of what runs containers.")
                .required,
            .string("kubeletVersion", 7, "Version of the agent.").required,
            .string("kubeProxyVersion", 8, "No longer used.").required,
            .string("operatingSystem", 9, "linux or windows.").required,
            .string("architecture", 10, "Such as amd64.").required,
            .object("swap", 11, nodeSwapStatus, "Its swap space."),
        ])

    static let containerImage = Schema(
        .core, "ContainerImage", "A container image on a node.",
        [
            .strings("names", 1, "Its names."),
            .int64("sizeBytes", 2, "Its size in bytes."),
        ])
}
