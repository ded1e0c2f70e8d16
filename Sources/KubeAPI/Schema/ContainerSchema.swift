extension Schema {
    static let container = Schema(.core, "Container", "One process of a Pod.", containerFields)

    static let ephemeralContainer = Schema(
        .core, "EphemeralContainer", "A container added to a running Pod to look into it.",
        [
            .embedded("ephemeralContainerCommon", 1, ephemeralContainerCommon),
            .string("targetContainerName", 2, "The container whose processes it sees."),
        ])

    private static let ephemeralContainerCommon = Schema(
        .core, "EphemeralContainerCommon", "What it shares with other containers.",
        containerFields)

    private static let containerFields: [Field] = [
        .string("name", 1, "Tells the containers of a Pod apart; a DNS label.").required,
        .string("image", 2, "The image that it runs."),
        .strings("command", 3, "The program, in place of that of the image."),
        .strings("args", 4, "The arguments, in place of those of the image."),
        .string("workingDir", 5, "The directory that it starts in."),
        .list("ports", 6, containerPort, "The ports it listens on, so that others find them.")
            .keyed(by: "containerPort", "protocol").merging(by: "containerPort"),
        .list("envFrom", 19, envFromSource, "Where more of its environment comes from."),
        .list("env", 7, envVar, "Its environment.").keyed(by: "name").merging(by: "name"),
        .object("resources", 8, resourceRequirements, "What it needs and may use at most.").always,
        .list("resizePolicy", 23, containerResizePolicy, "What a change of resources means."),
        .string("restartPolicy", 24, "Always makes an init container stay beside the others.")
            .optional,
        .opaqueList("restartPolicyRules", 25, "When it is started again."),
        .list("volumeMounts", 9, volumeMount, "Where it mounts volumes.")
            .keyed(by: "mountPath").merging(by: "mountPath"),
        .list("volumeDevices", 21, volumeDevice, "Block devices that it gets.")
            .keyed(by: "devicePath").merging(by: "devicePath"),
        .object("livenessProbe", 10, probe, "A failure restarts it."),
        .object("readinessProbe", 11, probe, "A failure keeps traffic away."),
        .object("startupProbe", 22, probe, "The other probes wait for its success."),
        .object("lifecycle", 12, lifecycle, "What is done after the start and before the end."),
        .string("terminationMessagePath", 13, "The file that tells why it ended."),
        .string("terminationMessagePolicy", 20, "File, or FallbackToLogsOnError."),
        .string("imagePullPolicy", 14, "Always, IfNotPresent or Never."),
        .object("securityContext", 15, securityContext, "Users and rights."),
        .boolean("stdin", 16, "Whether it keeps an input."),
        .boolean("stdinOnce", 17, "Whether the input ends with the first client."),
        .boolean("tty", 18, "Whether it has a terminal."),
    ]

    static let containerPort = Schema(
        .core, "ContainerPort", "A port that a container listens on.",
        [
            .string("name", 1, "A name that a Service's targetPort can use."),
            .int32("hostPort", 2, "A port of the node that leads to it."),
            .int32("containerPort", 3, "The number.").required,
            .string("protocol", 4, "TCP, UDP or SCTP.").defaulting(to: "TCP"),
            .string("hostIP", 5, "The address of the node for hostPort."),
        ])

    static let resourceRequirements = Schema(
        .core, "ResourceRequirements", "What is needed, and what may be used at most.",
        [
            .quantities("limits", 1, "The most that may be used."),
            .quantities("requests", 2, "What is needed at least."),
            .list("claims", 3, resourceClaim, "Devices that are used.").keyed(by: "name"),
        ])

    static let resourceClaim = Schema(
        .core, "ResourceClaim", "A claimed device that a container uses.",
        [
            .string("name", 1, "Name of the claim in the Pod.").required,
            .string("request", 2, "The part of the claim."),
        ])

    static let containerResizePolicy = Schema(
        .core, "ContainerResizePolicy", "What a change of a resource means for a container.",
        [
            .string("resourceName", 1, "cpu or memory.").required,
            .string("restartPolicy", 2, "NotRequired or RestartContainer.").required,
        ])

    static let volumeMount = Schema(
        .core, "VolumeMount", "Where a container mounts a volume.",
        [
            .string("name", 1, "Name of the volume.").required,
            .boolean("readOnly", 2, "Whether it cannot be written."),
            .string("recursiveReadOnly", 7, "Whether mounts below it cannot be written either.")
                .optional,
            .string("mountPath", 3, "The path in the container.").required,
            .string("subPath", 4, "The path in the volume."),
            .string("mountPropagation", 5, "Whether later mounts are seen, and where.").optional,
            .string("subPathExpr", 6, "As subPath, with variables."),
            .strings("bindMountOptions", 8, "Options of the mount.").asSet,
        ])

    static let volumeDevice = Schema(
        .core, "VolumeDevice", "A block device of a container.",
        [
            .string("name", 1, "Name of the volume.").required,
            .string("devicePath", 2, "The path in the container.").required,
        ])
}
