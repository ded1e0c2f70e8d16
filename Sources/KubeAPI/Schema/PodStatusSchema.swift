extension Schema {
    static let podStatus = Schema(
        .core, "PodStatus", "What has become of a Pod.",
        [
            .int64("observedGeneration", 17, "The metadata.generation that was looked at."),
            .string("phase", 1, "Pending, Running, Succeeded, Failed or Unknown."),
            .list("conditions", 2, podCondition, "Aspects of its state.")
                .keyed(by: "type").merging(by: "type"),
            .string("message", 3, "Why it is in this phase, for people."),
            .string("reason", 4, "The same as one word."),
            .string("nominatedNodeName", 11, "The node that is being made free for it."),
            .string("hostIP", 5, "The address of its node."),
            .list("hostIPs", 16, hostIP, "All addresses of its node.").merging(by: "ip"),
            .string("podIP", 6, "Its address."),
            .list("podIPs", 12, podIP, "Its addresses, one for each IP family.")
                .keyed(by: "ip").merging(by: "ip"),
            .time("startTime", 7, "When its node took it over."),
            .list("initContainerStatuses", 10, containerStatus, "How the init containers are."),
            .list("containerStatuses", 8, containerStatus, "How the containers are."),
            .string("qosClass", 9, "Guaranteed, Burstable or BestEffort."),
            .list("ephemeralContainerStatuses", 13, containerStatus, "How the added ones are."),
            .string("resize", 14, "How a change of its resources stands."),
            .opaqueList("resourceClaimStatuses", 15, "How its claims stand.")
                .keyed(by: "name").merging(by: "name", retainKeys: true),
            .opaque("extendedResourceClaimStatus", 18, "A claim made for extended resources."),
            .quantities("allocatedResources", 19, "What it was given."),
            .object("resources", 20, resourceRequirements, "What it has in force."),
            .opaqueList("nodeAllocatableResourceClaimStatuses", 21, "Claims on the node itself.")
                .keyed(by: "resourceClaimName").merging(by: "resourceClaimName"),
            .opaqueList("volumeHealth", 22, "How its volumes are.").keyed(by: "name"),
        ])

    static let podCondition = Schema(
        .core, "PodCondition", "One aspect of the state of a Pod.",
        [
            .string("type", 1, "Name of the aspect, such as Ready.").required,
            .int64("observedGeneration", 7, "The metadata.generation that was looked at."),
            .string("status", 2, "True, False or Unknown.").required,
            .time("lastProbeTime", 3, "When it was looked at last."),
            .time("lastTransitionTime", 4, "When the status changed last."),
            .string("reason", 5, "Why, as one word."),
            .string("message", 6, "Why, for people."),
        ])

    static let podIP = Schema(
        .core, "PodIP", "An address of a Pod.", [.string("ip", 1, "The address.").required])

    static let hostIP = Schema(
        .core, "HostIP", "An address of a node.", [.string("ip", 1, "The address.").required])

    static let containerStatus = Schema(
        .core, "ContainerStatus", "How a container is.",
        [
            .string("name", 1, "Name of the container.").required,
            .object("state", 2, containerState, "What it does now.").always,
            .object("lastState", 3, containerState, "How its last run ended.").always,
            .boolean("ready", 4, "Whether it may get traffic.").required,
            .int32("restartCount", 5, "How often it was started again.").required,
            .string("image", 6, "The image that it runs.").required,
            .string("imageID", 7, "The id of that image.").required,
            .string("containerID", 8, "Its id, as runtime://id."),
            .boolean("started", 9, "Whether it has come up.").optional,
            .quantities("allocatedResources", 10, "What it was given."),
            .object("resources", 11, resourceRequirements, "What it has in force."),
            .list("volumeMounts", 12, volumeMountStatus, "How its mounts are.")
                .keyed(by: "mountPath").merging(by: "mountPath"),
            .object("user", 13, containerUser, "Who it runs as."),
            .list("allocatedResourcesStatus", 14, resourceStatus, "How its devices are.")
                .keyed(by: "name").merging(by: "name"),
            .string("stopSignal", 15, "The signal that ends it politely.").optional,
        ])

    static let containerState = Schema(
        .core, "ContainerState", "What a container does; one of these.",
        [
            .object("waiting", 1, containerStateWaiting, "It does not run yet."),
            .object("running", 2, containerStateRunning, "It runs."),
            .object("terminated", 3, containerStateTerminated, "It has ended."),
        ])

    static let containerStateWaiting = Schema(
        .core, "ContainerStateWaiting", "Why a container does not run yet.",
        [
            .string("reason", 1, "As one word."),
            .string("message", 2, "For people."),
        ])

    static let containerStateRunning = Schema(
        .core, "ContainerStateRunning", "A container that runs.",
        [.time("startedAt", 1, "Since when.")])

    static let containerStateTerminated = Schema(
        .core, "ContainerStateTerminated", "How a container has ended.",
        [
            .int32("exitCode", 1, "The exit code.").required,
            .int32("signal", 2, "The signal that ended it."),
            .string("reason", 3, "Why, as one word."),
            .string("message", 4, "Why, for people."),
            .time("startedAt", 5, "When it started."),
            .time("finishedAt", 6, "When it ended."),
            .string("containerID", 7, "Its id, as runtime://id."),
        ])
}
