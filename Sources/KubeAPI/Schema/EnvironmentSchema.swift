extension Schema {
    static let envVar = Schema(
        .core, "EnvVar", "A variable of the environment.",
        [
            .string("name", 1, "Its name.").required,
            .string("value", 2, "Its value; $(NAME) stands for an earlier variable."),
            .object("valueFrom", 3, envVarSource, "Where the value comes from instead."),
        ])

    static let envVarSource = Schema(
        .core, "EnvVarSource", "Where the value of a variable comes from; one of these.",
        [
            .object("fieldRef", 1, objectFieldSelector, "A field of the Pod."),
            .object("resourceFieldRef", 2, resourceFieldSelector, "A resource of a container."),
            .object("configMapKeyRef", 3, configMapKeySelector, "A key of a ConfigMap."),
            .object("secretKeyRef", 4, secretKeySelector, "A key of a Secret."),
            .opaque("fileKeyRef", 5, "A key of a file."),
        ])

    static let objectFieldSelector = Schema(
        .core, "ObjectFieldSelector", "A field of an object.",
        [
            .string("apiVersion", 1, "The version that the path is of."),
            .string("fieldPath", 2, "The path, such as status.podIP.").required,
        ]
    ).atomic

    static let resourceFieldSelector = Schema(
        .core, "ResourceFieldSelector", "A resource of a container.",
        [
            .string("containerName", 1, "The container."),
            .string("resource", 2, "Such as limits.cpu.").required,
            .quantity("divisor", 3, "The unit of the output."),
        ]
    ).atomic

    static let configMapKeySelector = Schema(
        .core, "ConfigMapKeySelector", "A key of a ConfigMap.", keySelector
    ).atomic

    static let secretKeySelector = Schema(
        .core, "SecretKeySelector", "A key of a Secret.", keySelector
    ).atomic

    private static let keySelector: [Field] = [
        .embedded("localObjectReference", 1, localObjectReference),
        .string("key", 2, "The key.").required,
        .boolean("optional", 3, "Whether it may be missing.").optional,
    ]

    static let envFromSource = Schema(
        .core, "EnvFromSource", "A source of many variables.",
        [
            .string("prefix", 1, "Goes before each name."),
            .object("configMapRef", 2, configMapEnvSource, "A ConfigMap."),
            .object("secretRef", 3, secretEnvSource, "A Secret."),
        ])

    static let configMapEnvSource = Schema(
        .core, "ConfigMapEnvSource", "A ConfigMap as variables.", envSource)

    static let secretEnvSource = Schema(
        .core, "SecretEnvSource", "A Secret as variables.", envSource)

    private static let envSource: [Field] = [
        .embedded("localObjectReference", 1, localObjectReference),
        .boolean("optional", 2, "Whether it may be missing.").optional,
    ]
}
