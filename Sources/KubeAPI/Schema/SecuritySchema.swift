extension Schema {
    static let podSecurityContext = Schema(
        .core, "PodSecurityContext", "Users and rights for all containers of a Pod.",
        [
            .object("seLinuxOptions", 1, seLinuxOptions, "SELinux context."),
            .opaque("windowsOptions", 8, "For Windows."),
            .int64("runAsUser", 2, "User id.").optional,
            .int64("runAsGroup", 6, "Group id.").optional,
            .boolean("runAsNonRoot", 3, "Whether user 0 is refused.").optional,
            .int64s("supplementalGroups", 4, "Further group ids."),
            .string("supplementalGroupsPolicy", 12, "Merge or Strict.").optional,
            .int64("fsGroup", 5, "Group id of volumes.").optional,
            .list("sysctls", 7, sysctl, "Kernel settings."),
            .string("fsGroupChangePolicy", 9, "When the group of volumes is changed.").optional,
            .object("seccompProfile", 10, seccompProfile, "Filter for system calls."),
            .object("appArmorProfile", 11, appArmorProfile, "AppArmor profile."),
            .string("seLinuxChangePolicy", 13, "How volumes are labelled.").optional,
        ])

    static let securityContext = Schema(
        .core, "SecurityContext", "Users and rights of a container.",
        [
            .object("capabilities", 1, capabilities, "Capabilities of the kernel."),
            .boolean("privileged", 2, "Whether it may do what root of the node may.").optional,
            .object("seLinuxOptions", 3, seLinuxOptions, "SELinux context."),
            .opaque("windowsOptions", 10, "For Windows."),
            .int64("runAsUser", 4, "User id.").optional,
            .int64("runAsGroup", 8, "Group id.").optional,
            .boolean("runAsNonRoot", 5, "Whether user 0 is refused.").optional,
            .boolean("readOnlyRootFilesystem", 6, "Whether its own files cannot be written.")
                .optional,
            .boolean("allowPrivilegeEscalation", 7, "Whether it may gain rights.").optional,
            .string("procMount", 9, "Default or Unmasked.").optional,
            .object("seccompProfile", 11, seccompProfile, "Filter for system calls."),
            .object("appArmorProfile", 12, appArmorProfile, "AppArmor profile."),
        ])

    static let capabilities = Schema(
        .core, "Capabilities", "Capabilities given and taken.",
        [
            .strings("add", 1, "Given."),
            .strings("drop", 2, "Taken."),
        ])

    static let seLinuxOptions = Schema(
        .core, "SELinuxOptions", "SELinux context.",
        [
            .string("user", 1, "User."),
            .string("role", 2, "Role."),
            .string("type", 3, "Type."),
            .string("level", 4, "Level."),
        ])

    static let seccompProfile = Schema(
        .core, "SeccompProfile", "Filter for system calls.", profile)

    static let appArmorProfile = Schema(.core, "AppArmorProfile", "AppArmor profile.", profile)

    private static let profile: [Field] = [
        .string("type", 1, "Localhost, RuntimeDefault or Unconfined.").required,
        .string("localhostProfile", 2, "Name of the profile, for Localhost.").optional,
    ]

    static let sysctl = Schema(
        .core, "Sysctl", "A kernel setting.",
        [
            .string("name", 1, "Its name.").required,
            .string("value", 2, "Its value.").required,
        ])
}
