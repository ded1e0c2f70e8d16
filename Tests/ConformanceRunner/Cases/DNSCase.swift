import Addresses
import KubeAPI
import TestSupport
import Wire

/// A case of dns.yaml: objects, a question, and the answer of CoreDNS.
struct DNSCase: ExecutableCase {
    private let test: ConformanceCase
    private static let patience = Duration.seconds(10)
    /// What is as expected must stay so: the name may be about to appear.
    private static let quiet = Duration.milliseconds(100)
    /// Settings of CoreDNS' kubernetes plugin that `up` has, too, with the options that they are.
    private static let flags = [
        "endpoint_pod_names": "--dns-endpoint-pod-names", "noendpoints": "--dns-no-endpoints",
        "ignore_empty_service": "--dns-ignore-empty-service",
    ]
    private static let values: Set<String> = [
        "zones", "ttl", "pods", "localIPs", "namespaces", "upstream",
    ]

    init(_ test: ConformanceCase) { self.test = test }

    private var config: JSON { test.inputs["config"] ?? [:] }

    private func list(_ key: String) -> [String]? {
        config[key]?.array?.compactMap(\.string)
    }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        // The Services of the cases may have any low address.
        var dns = ["10.96.255.253", "fd00:96::fffd"]
        var options: [String] = []
        let zones = (list("zones") ?? []).map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
        if let domain = zones.first { options += ["--cluster-domain", domain] }
        if zones.count > 1 {
            options += ["--dns-reverse-zones", zones.dropFirst().joined(separator: ",")]
        }
        if let ttl = config["ttl"]?.integer { options += ["--dns-ttl", "\(ttl)"] }
        if let pods = config["pods"]?.string { options += ["--dns-pods", pods] }
        if let namespaces = list("namespaces") {
            options += ["--dns-namespaces", namespaces.joined(separator: ",")]
        }
        if let addresses = list("localIPs")?.compactMap({ IPAddress($0) }) {
            settings.hostAddresses = addresses.map(\.description)
            let listen = addresses.map { "\(IPSocketAddress($0, DNS.port))" }
            options += ["--dns-listen", listen.joined(separator: ",")]
            // A case that makes the Service of the server itself says its address.
            let own = serviceAddresses(of: "kube-dns")
            if !own.isEmpty { dns = own }
        }
        let upstream = config["upstream"] == nil ? "none" : "\(UpstreamResolver.address)"
        options += ["--dns-upstream", upstream, "--cluster-dns", dns.joined(separator: ",")]
        for (key, option) in Self.flags.sorted(by: { $0.key < $1.key })
        where config[key]?.bool == true { options.append(option) }
        settings.options = options
        return settings
    }

    private var objects: [JSON] { test.inputs["objects"]?.array ?? [] }

    private func serviceAddresses(of name: String) -> [String] {
        objects.filter {
            $0["kind"] == "Service" && $0.value(at: "metadata", "name")?.string == name
        }.flatMap { $0.value(at: "spec", "clusterIPs")?.array?.compactMap(\.string) ?? [] }
    }

    func run(on cluster: Cluster) async throws {
        for (key, _) in config.object ?? JSONObject()
        where Self.flags[key] == nil && !Self.values.contains(key) {
            throw NotApplicable("CoreDNS' option \(key) is none of `pointsman up`")
        }
        guard let server = cluster.dns else { throw Failure("the server names no DNS") }
        let setup = ObjectSetup(api: cluster.api, namespace: "default")
        for object in objects { try await apply(object, setup) }
        let resolver = try UpstreamResolver(list("upstream") ?? [])
        try await withThrowingTaskGroup { group in
            if !resolver.records.isEmpty { group.addTask { try await resolver.run() } }
            defer { group.cancelAll() }
            try await compare(DNSClient(server: server))
        }
    }

    private func apply(_ object: JSON, _ setup: ObjectSetup) async throws {
        switch object["kind"] {
        case "Service": try await setup.replace(object)
        case "Namespace":
            let name = object.value(at: "metadata", "name")?.string ?? ""
            if ["default", "kube-system"].contains(name) { return }
            try await setup.apply(object)
        default: try await setup.apply(object)
        }
    }

    private func compare(_ client: DNSClient) async throws {
        let query = test.inputs["query"]
        guard let name = query?["name"]?.string.flatMap({ DNS.Name($0) }),
            let type = query?["type"]?.string.flatMap({ DNS.RecordType($0) })
        else { throw Failure("the query cannot be read") }
        let expected = DNSExpectation(test.expect)
        let deadline = ContinuousClock.now + Self.patience
        var asExpectedSince: ContinuousClock.Instant?
        while true {
            let differences = expected.differences(
                of: try await client.ask(DNS.Question(name, type)))
            let now = ContinuousClock.now
            if differences.isEmpty {
                asExpectedSince = asExpectedSince ?? now
                if let since = asExpectedSince, now - since >= Self.quiet { return }
            } else {
                asExpectedSince = nil
                guard now < deadline else {
                    throw Failure(differences.joined(separator: "; "))
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
