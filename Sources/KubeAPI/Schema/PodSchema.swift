extension Schema {
    static let pod = Schema.kind(
        .core, "Pod", "Processes that share a network address and live and die together.",
        [
            metadataField,
            .object("spec", 2, podSpec, "What shall run.").always,
            .object("status", 3, podStatus, "What does.").always,
        ])

    static let podSpec = Schema(.core, "PodSpec", "What shall run.", podContents + podPlacement)

    private static let podContents: [Field] = [
        .list("volumes", 1, volume, "Files that containers can mount.")
            .keyed(by: "name").merging(by: "name", retainKeys: true),
        .list("initContainers", 20, container, "Run one after another before the others.")
            .keyed(by: "name").merging(by: "name"),
        .list("containers", 2, container, "What runs.").required
            .keyed(by: "name").merging(by: "name"),
        .list("ephemeralContainers", 34, ephemeralContainer, "Added to look at a running Pod.")
            .keyed(by: "name").merging(by: "name"),
        .string("restartPolicy", 3, "Always, OnFailure or Never."),
        .int64("terminationGracePeriodSeconds", 4, "Time between the polite and the hard end.")
            .optional,
        .int64("activeDeadlineSeconds", 5, "How long the Pod may run.").optional,
        .string("dnsPolicy", 6, "ClusterFirst, ClusterFirstWithHostNet, Default or None."),
        .boolean("hostNetwork", 11, "Whether it uses the network of the node."),
        .boolean("hostPID", 12, "Whether it sees the processes of the node."),
        .boolean("hostIPC", 13, "Whether it shares the IPC namespace of the node."),
        .boolean("shareProcessNamespace", 27, "Whether its containers see each other's processes.")
            .optional,
        .object("securityContext", 14, podSecurityContext, "Users and rights, for all containers."),
        .list("imagePullSecrets", 15, localObjectReference, "Secrets for fetching images.")
            .keyed(by: "name").merging(by: "name"),
        .string("hostname", 16, "Its host name, else metadata.name."),
        .string("subdomain", 17, "The headless Service under whose name it is found in DNS."),
        .list("hostAliases", 23, hostAlias, "Lines for /etc/hosts.")
            .keyed(by: "ip").merging(by: "ip"),
        .object("dnsConfig", 26, podDNSConfig, "Lines for /etc/resolv.conf."),
        .list("readinessGates", 28, podReadinessGate, "Conditions that readiness needs too."),
        .boolean("enableServiceLinks", 30, "Whether Services show as environment variables.")
            .optional
            .defaulting(to: true),
        .boolean("setHostnameAsFQDN", 35, "Whether the host name is the full name.").optional,
        .string("hostnameOverride", 41, "A host name that goes before all others.").optional,
        .string("serviceAccountName", 8, "The account it acts as."),
        .string("serviceAccount", 9, "The elder name of serviceAccountName."),
        .boolean("automountServiceAccountToken", 21, "Whether the account's token is mounted.")
            .optional,
    ]

    private static let podPlacement: [Field] = [
        .stringMap("nodeSelector", 7, "Labels that its node must have.").asAtomicMap,
        .string("nodeName", 10, "The node that it runs on."),
        .object("affinity", 18, affinity, "Which nodes and neighbours it wants."),
        .string("schedulerName", 19, "Who finds a node for it."),
        .list("tolerations", 22, toleration, "The taints that it bears."),
        .string("priorityClassName", 24, "The class that its priority comes from."),
        .int32("priority", 25, "Higher goes first.").optional,
        .string("runtimeClassName", 29, "The way of running its containers.").optional,
        .string("preemptionPolicy", 31, "Whether it may push out others.").optional,
        .quantities("overhead", 32, "What running it costs besides its containers."),
        .list("topologySpreadConstraints", 33, topologySpreadConstraint, "How to spread.")
            .keyed(by: "topologyKey", "whenUnsatisfiable").merging(by: "topologyKey"),
        .object("os", 36, podOS, "The operating system that it is for."),
        .boolean("hostUsers", 37, "Whether it shares the users of the node.").optional,
        .list("schedulingGates", 38, podSchedulingGate, "What must go before it gets a node.")
            .keyed(by: "name").merging(by: "name"),
        .opaqueList("resourceClaims", 39, "Devices that it claims.")
            .keyed(by: "name").merging(by: "name", retainKeys: true),
        .object("resources", 40, resourceRequirements, "What all containers use together."),
        .opaque("schedulingGroup", 43, "The group that gets nodes together."),
        .opaqueList("evictionResponders", 44, "Who is asked before an eviction.")
            .keyed(by: "name").merging(by: "name"),
    ]

    static let localObjectReference = Schema(
        .core, "LocalObjectReference", "Names an object of the same namespace.",
        [.string("name", 1, "Its name.")]
    ).atomic

    static let hostAlias = Schema(
        .core, "HostAlias", "A line of /etc/hosts.",
        [
            .string("ip", 1, "The address.").required,
            .strings("hostnames", 2, "The names of it."),
        ])

    static let podDNSConfig = Schema(
        .core, "PodDNSConfig", "Lines for /etc/resolv.conf.",
        [
            .strings("nameservers", 1, "Addresses of name servers."),
            .strings("searches", 2, "Domains to search."),
            .list("options", 3, podDNSConfigOption, "Options of the resolver."),
        ])

    static let podDNSConfigOption = Schema(
        .core, "PodDNSConfigOption", "An option of the resolver.",
        [
            .string("name", 1, "Its name.").required,
            .string("value", 2, "Its value.").optional,
        ])

    static let podReadinessGate = Schema(
        .core, "PodReadinessGate", "A condition that readiness needs.",
        [.string("conditionType", 1, "The type of the condition.").required])

    static let podOS = Schema(
        .core, "PodOS", "The operating system of a Pod.",
        [.string("name", 1, "linux or windows.").required])

    static let podSchedulingGate = Schema(
        .core, "PodSchedulingGate", "Something that holds a Pod back from getting a node.",
        [.string("name", 1, "Its name.").required])

    static let toleration = Schema(
        .core, "Toleration", "A taint that a Pod bears.",
        [
            .string("key", 1, "The taint; empty for all."),
            .string("operator", 2, "Exists or Equal."),
            .string("value", 3, "The value, for Equal."),
            .string("effect", 4, "The effect; empty for all."),
            .int64("tolerationSeconds", 5, "How long it bears NoExecute.").optional,
        ])

    static let topologySpreadConstraint = Schema(
        .core, "TopologySpreadConstraint", "How Pods spread over domains.",
        [
            .int32("maxSkew", 1, "The greatest difference between two domains.").required,
            .string("topologyKey", 2, "The node label that names the domain.").required,
            .string("whenUnsatisfiable", 3, "DoNotSchedule or ScheduleAnyway.").required,
            .object("labelSelector", 4, labelSelector, "The Pods that count."),
            .int32("minDomains", 5, "How many domains there must be.").optional,
            .string("nodeAffinityPolicy", 6, "Honor or Ignore.").optional,
            .string("nodeTaintsPolicy", 7, "Honor or Ignore.").optional,
            .strings("matchLabelKeys", 8, "Labels whose values the counted Pods share."),
        ])
}
