extension Schema {
    static let service = Schema.kind(
        .core, "Service",
        "A stable address in front of a changing set of Pods, and how traffic is spread over them.",
        [
            metadataField,
            .object("spec", 2, serviceSpec, "What the Service shall be.").always,
            .object("status", 3, serviceStatus, "What has been found and assigned.").always,
        ])

    static let serviceSpec = Schema(
        .core, "ServiceSpec", "What a Service shall be.",
        [
            .list("ports", 1, servicePort, "The ports that the Service offers.")
                .keyed(by: "port", "protocol").merging(by: "port"),
            .stringMap(
                "selector", 2,
                "Labels of the Pods that serve. Without it the endpoints are made by hand."
            ).asAtomicMap,
            .string(
                "clusterIP", 3,
                "The virtual address inside the cluster. Empty: the server chooses. None: a "
                    + "headless Service, whose name leads to the Pods themselves."),
            .strings("clusterIPs", 18, "One ClusterIP for each IP family; the first is clusterIP."),
            .string("type", 4, "ClusterIP, NodePort, LoadBalancer or ExternalName.")
                .defaulting(to: "ClusterIP"),
            .strings("externalIPs", 5, "Further addresses on which nodes take traffic for it."),
            .string(
                "sessionAffinity", 7,
                "ClientIP sends a client always to the same Pod; None does not."
            )
            .defaulting(to: "None"),
            .string("loadBalancerIP", 8, "The address wished for from the load balancer."),
            .strings("loadBalancerSourceRanges", 9, "Clients that the load balancer lets in."),
            .string("externalName", 10, "The DNS name that an ExternalName Service stands for."),
            .string(
                "externalTrafficPolicy", 11,
                "Cluster: outside traffic goes to any Pod. Local: only to Pods of the node that "
                    + "it reached, and the client's address stays."),
            .int32("healthCheckNodePort", 12, "Where nodes say whether they have a Pod for it."),
            .boolean("publishNotReadyAddresses", 13, "Whether Pods count before they are ready."),
            .object(
                "sessionAffinityConfig", 14, sessionAffinityConfig,
                "Details of the session affinity."),
            .strings("ipFamilies", 19, "IPv4, IPv6 or both, in the order of clusterIPs."),
            .string("ipFamilyPolicy", 17, "SingleStack, PreferDualStack or RequireDualStack.")
                .optional,
            .boolean(
                "allocateLoadBalancerNodePorts", 20,
                "Whether a LoadBalancer Service gets node ports as well."
            ).optional
                .defaulting(to: true),
            .string("loadBalancerClass", 21, "Which load balancer looks after the Service.")
                .optional,
            .string(
                "internalTrafficPolicy", 22,
                "Cluster: traffic from inside goes to any Pod. Local: only to Pods of its node."
            ).optional
                .defaulting(to: "Cluster"),
            .string("trafficDistribution", 23, "A preference, such as for Pods that are near.")
                .optional,
        ])

    static let servicePort = Schema(
        .core, "ServicePort", "A port that a Service offers.",
        [
            .string("name", 1, "Tells the ports of a Service apart; may be left out for one port."),
            .string("protocol", 2, "TCP, UDP or SCTP.").defaulting(to: "TCP"),
            .string("appProtocol", 6, "What is spoken on the port, as a hint to others.").optional,
            .int32("port", 3, "The port on the addresses of the Service.").required,
            .intOrString(
                "targetPort", 4, "The port of the Pods, as number or name; else that of port."),
            .int32("nodePort", 5, "The port on every node, for NodePort and LoadBalancer."),
        ])

    static let sessionAffinityConfig = Schema(
        .core, "SessionAffinityConfig", "Details of a session affinity.",
        [.object("clientIP", 1, clientIPConfig, "For the affinity ClientIP.")])

    static let clientIPConfig = Schema(
        .core, "ClientIPConfig", "Details of the affinity ClientIP.",
        [
            .int32(
                "timeoutSeconds", 1, "How long a client is remembered: 1 to 86400, else 10800."
            ).optional
        ])

    static let serviceStatus = Schema(
        .core, "ServiceStatus", "What has been found and assigned for a Service.",
        [
            .object("loadBalancer", 1, loadBalancerStatus, "What the load balancer has done.")
                .always,
            .list("conditions", 2, condition, "Aspects of its state.")
                .keyed(by: "type").merging(by: "type"),
        ])

    static let loadBalancerStatus = Schema(
        .core, "LoadBalancerStatus", "What a load balancer has done.",
        [.list("ingress", 1, loadBalancerIngress, "The ways in.")])

    static let loadBalancerIngress = Schema(
        .core, "LoadBalancerIngress", "An address at which traffic enters.",
        [
            .string("ip", 1, "The address."),
            .string("hostname", 2, "The DNS name, where there is no address."),
            .string("ipMode", 3, "VIP: traffic arrives with this address. Proxy: with a node's.")
                .optional,
            .list("ports", 4, portStatus, "How each port fares."),
        ])

    static let portStatus = Schema(
        .core, "PortStatus", "How a port of a load balancer fares.",
        [
            .int32("port", 1, "The port.").required,
            .string("protocol", 2, "TCP, UDP or SCTP.").required,
            .string("error", 3, "What is wrong with it, as one word.").optional,
        ])
}
