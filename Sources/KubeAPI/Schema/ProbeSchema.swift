extension Schema {
    static let probe = Schema(
        .core, "Probe", "A check that is made again and again.",
        [
            .embedded("handler", 1, probeHandler),
            .int32("initialDelaySeconds", 2, "How long after the start the first one comes."),
            .int32("timeoutSeconds", 3, "How long an answer may take; 1 if absent."),
            .int32("periodSeconds", 4, "The time between two checks; 10 if absent."),
            .int32("successThreshold", 5, "How many successes in a row count; 1 if absent."),
            .int32("failureThreshold", 6, "How many failures in a row count; 3 if absent."),
            .int64("terminationGracePeriodSeconds", 7, "The grace period after a failure.")
                .optional,
        ])

    private static let probeHandler = Schema(
        .core, "ProbeHandler", "What a probe does; one of these.",
        [
            .object("exec", 1, execAction, "Runs a command; 0 is success."),
            .object("httpGet", 2, httpGetAction, "Asks by HTTP; 200 to 399 is success."),
            .object("tcpSocket", 3, tcpSocketAction, "Opens a connection."),
            .object("grpc", 4, grpcAction, "Asks the gRPC health service."),
        ])

    static let lifecycle = Schema(
        .core, "Lifecycle", "What is done after the start and before the end.",
        [
            .object("postStart", 1, lifecycleHandler, "After the start."),
            .object("preStop", 2, lifecycleHandler, "Before the end."),
            .string("stopSignal", 3, "The signal that ends it politely.").optional,
        ])

    static let lifecycleHandler = Schema(
        .core, "LifecycleHandler", "An action; one of these.",
        [
            .object("exec", 1, execAction, "Runs a command."),
            .object("httpGet", 2, httpGetAction, "Asks by HTTP."),
            .object("tcpSocket", 3, tcpSocketAction, "No longer used."),
            .object("sleep", 4, sleepAction, "Waits."),
        ])

    static let sleepAction = Schema(
        .core, "SleepAction", "A wait.", [.int64("seconds", 1, "How long.").required])

    static let execAction = Schema(
        .core, "ExecAction", "A command.",
        [.strings("command", 1, "The program and its arguments; no shell.")])

    static let httpGetAction = Schema(
        .core, "HTTPGetAction", "A question by HTTP.",
        [
            .string("path", 1, "The path."),
            .intOrString("port", 2, "The port, as number or name.").required,
            .string("host", 3, "The host, else the address of the Pod."),
            .string("scheme", 4, "HTTP or HTTPS."),
            .list("httpHeaders", 5, httpHeader, "Further headers."),
            .string("protocol", 6, "The version of HTTP.").optional,
        ])

    static let httpHeader = Schema(
        .core, "HTTPHeader", "A header.",
        [
            .string("name", 1, "Its name.").required,
            .string("value", 2, "Its value.").required,
        ])

    static let tcpSocketAction = Schema(
        .core, "TCPSocketAction", "A connection.",
        [
            .intOrString("port", 1, "The port, as number or name.").required,
            .string("host", 2, "The host, else the address of the Pod."),
        ])

    static let grpcAction = Schema(
        .core, "GRPCAction", "A question to a gRPC health service.",
        [
            .int32("port", 1, "The port.").required,
            .string("service", 2, "The name that is asked for.").optional,
            .string("mode", 3, "How the connection is made.").optional,
        ])
}
