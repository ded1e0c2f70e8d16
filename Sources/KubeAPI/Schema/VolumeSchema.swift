extension Schema {
    static let volume = Schema(
        .core, "Volume", "Files that containers of a Pod can mount.",
        [
            .string("name", 1, "Tells the volumes of a Pod apart.").required,
            .embedded("volumeSource", 2, volumeSource),
        ])

    private static let volumeSource = Schema(
        .core, "VolumeSource", "Where files come from; one of these.",
        [
            .object("hostPath", 1, hostPathVolumeSource, "A path of the node."),
            .object("emptyDir", 2, emptyDirVolumeSource, "An empty directory."),
            .opaque("gcePersistentDisk", 3, "A disk of Google Cloud."),
            .opaque("awsElasticBlockStore", 4, "A disk of AWS."),
            .opaque("gitRepo", 5, "A git repository."),
            .object("secret", 6, secretVolumeSource, "A Secret."),
            .object("nfs", 7, nfsVolumeSource, "An NFS share."),
            .opaque("iscsi", 8, "An iSCSI disk."),
            .opaque("glusterfs", 9, "A Gluster volume."),
            .object("persistentVolumeClaim", 10, persistentVolumeClaimVolumeSource, "A claim."),
            .opaque("rbd", 11, "A Ceph block device."),
            .opaque("flexVolume", 12, "A volume of a plugin."),
            .opaque("cinder", 13, "A disk of OpenStack."),
            .opaque("cephfs", 14, "A Ceph file system."),
            .opaque("flocker", 15, "A Flocker volume."),
            .object("downwardAPI", 16, downwardAPIVolumeSource, "Fields of the Pod."),
            .opaque("fc", 17, "A Fibre Channel disk."),
            .opaque("azureFile", 18, "A share of Azure."),
            .object("configMap", 19, configMapVolumeSource, "A ConfigMap."),
            .opaque("vsphereVolume", 20, "A disk of vSphere."),
            .opaque("quobyte", 21, "A Quobyte volume."),
            .opaque("azureDisk", 22, "A disk of Azure."),
            .opaque("photonPersistentDisk", 23, "A Photon disk."),
            .object("projected", 26, projectedVolumeSource, "Several sources in one directory."),
            .opaque("portworxVolume", 24, "A Portworx volume."),
            .opaque("scaleIO", 25, "A ScaleIO volume."),
            .opaque("storageos", 27, "A StorageOS volume."),
            .opaque("csi", 28, "A volume of a CSI driver."),
            .opaque("ephemeral", 29, "A claim that lives as long as the Pod."),
            .opaque("image", 30, "A container image."),
        ])

    static let hostPathVolumeSource = Schema(
        .core, "HostPathVolumeSource", "A path of the node.",
        [
            .string("path", 1, "The path.").required,
            .string("type", 2, "What must be there, such as Directory.").optional,
        ])

    static let emptyDirVolumeSource = Schema(
        .core, "EmptyDirVolumeSource", "An empty directory.",
        [
            .string("medium", 1, "Memory, or empty for disk."),
            .quantity("sizeLimit", 2, "The most it may hold."),
            .int32("mode", 3, "Its permissions.").optional,
        ])

    static let secretVolumeSource = Schema(
        .core, "SecretVolumeSource", "A Secret as files.",
        [.string("secretName", 1, "The Secret.")] + filesOfKeys)

    static let configMapVolumeSource = Schema(
        .core, "ConfigMapVolumeSource", "A ConfigMap as files.",
        [.embedded("localObjectReference", 1, localObjectReference)] + filesOfKeys)

    private static let filesOfKeys: [Field] = [
        .list("items", 2, keyToPath, "The keys and their files; all if absent."),
        .int32("defaultMode", 3, "Permissions of the files.").optional,
        .boolean("optional", 4, "Whether it may be missing.").optional,
        .int64("defaultUser", 5, "Owner of the files.").optional,
    ]

    static let keyToPath = Schema(
        .core, "KeyToPath", "The file of a key.",
        [
            .string("key", 1, "The key.").required,
            .string("path", 2, "The file.").required,
            .int32("mode", 3, "Its permissions.").optional,
            .int64("user", 4, "Its owner.").optional,
        ])

    static let nfsVolumeSource = Schema(
        .core, "NFSVolumeSource", "An NFS share.",
        [
            .string("server", 1, "The server.").required,
            .string("path", 2, "The path on it.").required,
            .boolean("readOnly", 3, "Whether it cannot be written."),
        ])

    static let persistentVolumeClaimVolumeSource = Schema(
        .core, "PersistentVolumeClaimVolumeSource", "A claimed volume.",
        [
            .string("claimName", 1, "The claim.").required,
            .boolean("readOnly", 2, "Whether it cannot be written."),
        ])

    static let downwardAPIVolumeSource = Schema(
        .core, "DownwardAPIVolumeSource", "Fields of the Pod as files.",
        [
            .list("items", 1, downwardAPIVolumeFile, "The files."),
            .int32("defaultMode", 2, "Permissions of the files.").optional,
            .int64("defaultUser", 3, "Owner of the files.").optional,
        ])

    static let downwardAPIVolumeFile = Schema(
        .core, "DownwardAPIVolumeFile", "A field of the Pod as a file.",
        [
            .string("path", 1, "The file.").required,
            .object("fieldRef", 2, objectFieldSelector, "The field of the Pod."),
            .object("resourceFieldRef", 3, resourceFieldSelector, "Or a resource of a container."),
            .int32("mode", 4, "Its permissions.").optional,
            .int64("user", 5, "Its owner.").optional,
        ])

    static let projectedVolumeSource = Schema(
        .core, "ProjectedVolumeSource", "Several sources in one directory.",
        [
            .list("sources", 1, volumeProjection, "The sources."),
            .int32("defaultMode", 2, "Permissions of the files.").optional,
            .int64("defaultUser", 3, "Owner of the files.").optional,
        ])

    static let volumeProjection = Schema(
        .core, "VolumeProjection", "One of several sources.",
        [
            .object("secret", 1, secretProjection, "A Secret."),
            .object("downwardAPI", 2, downwardAPIProjection, "Fields of the Pod."),
            .object("configMap", 3, configMapProjection, "A ConfigMap."),
            .object("serviceAccountToken", 4, serviceAccountTokenProjection, "A token."),
            .opaque("clusterTrustBundle", 5, "Certificates of authorities."),
            .opaque("podCertificate", 6, "A certificate for the Pod."),
        ])

    static let secretProjection = Schema(
        .core, "SecretProjection", "A Secret among other sources.", projection)

    static let configMapProjection = Schema(
        .core, "ConfigMapProjection", "A ConfigMap among other sources.", projection)

    private static let projection: [Field] = [
        .embedded("localObjectReference", 1, localObjectReference),
        .list("items", 2, keyToPath, "The keys and their files; all if absent."),
        .boolean("optional", 4, "Whether it may be missing.").optional,
    ]

    static let downwardAPIProjection = Schema(
        .core, "DownwardAPIProjection", "Fields of the Pod among other sources.",
        [.list("items", 1, downwardAPIVolumeFile, "The files.")])

    static let serviceAccountTokenProjection = Schema(
        .core, "ServiceAccountTokenProjection", "A token of the Pod's account.",
        [
            .string("audience", 1, "Whom it is for."),
            .int64("expirationSeconds", 2, "How long it is valid.").optional,
            .string("path", 3, "The file.").required,
            .int64("user", 4, "Owner of the file.").optional,
        ])
}
