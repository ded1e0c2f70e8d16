/// What a node says of its volumes and of what runs its containers.
extension Schema {
    static let attachedVolume = Schema(
        .core, "AttachedVolume", "A volume that is attached to a node.",
        [
            .string("name", 1, "Name of the volume.").required,
            .string("devicePath", 2, "Where the device is.").required,
        ])

    static let nodeRuntimeHandler = Schema(
        .core, "NodeRuntimeHandler", "A way of running containers.",
        [
            .string("name", 1, "Its name; empty for the default."),
            .object("features", 2, nodeRuntimeHandlerFeatures, "What it can do."),
        ])

    static let nodeRuntimeHandlerFeatures = Schema(
        .core, "NodeRuntimeHandlerFeatures", "What a way of running containers can do.",
        [
            .boolean("recursiveReadOnlyMounts", 1, "Mounts that are read-only all the way down.")
                .optional,
            .boolean("userNamespaces", 2, "Users of a Pod's own.").optional,
        ])

    static let nodeFeatures = Schema(
        .core, "NodeFeatures", "What the container runtime of a node can do.",
        [
            .boolean("supplementalGroupsPolicy", 1, "It knows supplementalGroupsPolicy.")
                .optional
        ])

    static let nodeSwapStatus = Schema(
        .core, "NodeSwapStatus", "The swap space of a node.",
        [.int64("capacity", 1, "In bytes.").optional])

    static let nodeConfigStatus = Schema(
        .core, "NodeConfigStatus", "No longer used.",
        [
            .object("assigned", 1, nodeConfigSource, "No longer used."),
            .object("active", 2, nodeConfigSource, "No longer used."),
            .object("lastKnownGood", 3, nodeConfigSource, "No longer used."),
            .string("error", 4, "No longer used."),
        ])

    static let nodeConfigSource = Schema(
        .core, "NodeConfigSource", "No longer used.",
        [.object("configMap", 2, configMapNodeConfigSource, "No longer used.")])

    static let configMapNodeConfigSource = Schema(
        .core, "ConfigMapNodeConfigSource", "No longer used.",
        [
            .string("namespace", 1, "No longer used.").required,
            .string("name", 2, "No longer used.").required,
            .string("uid", 3, "No longer used."),
            .string("resourceVersion", 4, "No longer used."),
            .string("kubeletConfigKey", 5, "No longer used.").required,
        ])
}
