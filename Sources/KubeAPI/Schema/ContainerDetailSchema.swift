/// What a container's status says of its mounts, its user and its devices.
extension Schema {
    static let volumeMountStatus = Schema(
        .core, "VolumeMountStatus", "How a mount of a container is.",
        [
            .string("name", 1, "Name of the volume.").required,
            .string("mountPath", 2, "Where it is mounted.").required,
            .boolean("readOnly", 3, "Whether it is read-only."),
            .string("recursiveReadOnly", 4, "Whether it is so all the way down.").optional,
        ])

    static let containerUser = Schema(
        .core, "ContainerUser", "Who a container runs as.",
        [.object("linux", 1, linuxContainerUser, "On Linux.")])

    static let linuxContainerUser = Schema(
        .core, "LinuxContainerUser", "Who a container runs as on Linux.",
        [
            .int64("uid", 1, "The user.").required,
            .int64("gid", 2, "The group.").required,
            .int64s("supplementalGroups", 3, "Further groups."),
        ])

    static let resourceStatus = Schema(
        .core, "ResourceStatus", "How the devices of one kind are.",
        [
            .string("name", 1, "Name of the kind.").required,
            .list("resources", 2, resourceHealth, "The single devices.").keyed(by: "resourceID"),
        ])

    static let resourceHealth = Schema(
        .core, "ResourceHealth", "How a device is.",
        [
            .string("resourceID", 1, "Its id.").required,
            .string("health", 2, "Healthy, Unhealthy or Unknown."),
            .string("message", 3, "Why, for people.").optional,
        ])
}
