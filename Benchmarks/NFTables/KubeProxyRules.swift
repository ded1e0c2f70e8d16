import Addresses
import LoadBalancing

/// The rules that kube-proxy 1.36 in mode nftables writes for the Services of a LabCluster, as text for `nft -f`.
/// Source: Kubernetes pkg/proxy/nftables/proxier.go.
struct KubeProxyRules {
    var services: Int

    var text: String {
        """
        table ip kube-proxy {
        \(sets)
        \(baseChains)
        \(checks)
        \(translation)
        \((0..<services).map(serviceChain).joined(separator: "\n"))
        }
        """
    }

    private func elements(_ all: [String]) -> String {
        all.isEmpty ? "" : "elements = { \(all.joined(separator: ", ")) }"
    }

    private var sets: String {
        let indices = 0..<services
        let clusterIPs = indices.map { LabCluster.clusterIP($0).description }
        let key = "type ipv4_addr . inet_proto . inet_service"
        let hairpins = indices.flatMap { service in
            (0..<LabCluster.endpoints).map { number -> String in
                let address = LabCluster.address(service, number)
                return "\(address) . \(address) . tcp . \(LabCluster.targetPort)"
            }
        }
        let targets = indices.map {
            "\(LabCluster.clusterIP($0)) . tcp . \(LabCluster.port) : goto \(chainName($0))"
        }
        return """
            set cluster-ips { type ipv4_addr; \(elements(clusterIPs)); }
            set nodeport-ips { type ipv4_addr; elements = { 10.1.0.1 }; }
            set hairpin-connections { type ipv4_addr . ipv4_addr . inet_proto . inet_service;
                \(elements(hairpins)); }
            map no-endpoint-services { \(key) : verdict; }
            map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
            map firewall-ips { \(key) : verdict; }
            map service-nodeports { type inet_proto . inet_service : verdict; }
            """
                + "\n" + (0..<services).map { "chain \(chainName($0)) { }" }.joined(separator: "\n")
                + "\nmap service-ips { \(key) : verdict; \(elements(targets)); }"
    }

    private func chain(_ name: String, _ rules: String...) -> String {
        "chain \(name) {\n\(rules.joined(separator: "\n"))\n}"
    }

    private var baseChains: String {
        func hook(_ type: String, _ hook: String, _ priority: Int) -> String {
            "type \(type) hook \(hook) priority \(priority);"
        }
        let services = "ct state new jump service-endpoints-check"
        let clusterIPs = "ct state new jump cluster-ips-check"
        return [
            chain(
                "filter-prerouting-pre-dnat", hook("filter", "prerouting", -110),
                "ct state new jump firewall-check"),
            chain(
                "filter-output-pre-dnat", hook("filter", "output", -110),
                "ct state new jump firewall-check"),
            chain(
                "filter-input", hook("filter", "input", 0),
                "ct state new jump nodeport-endpoints-check", services),
            chain("filter-forward", hook("filter", "forward", 0), services, clusterIPs),
            chain("filter-output", hook("filter", "output", 0), services, clusterIPs),
            chain("nat-prerouting", hook("nat", "prerouting", -100), "jump services"),
            chain("nat-output", hook("nat", "output", -100), "jump services"),
            chain("nat-postrouting", hook("nat", "postrouting", 100), "jump masquerading"),
        ].joined(separator: "\n")
    }

    private static let key = "ip daddr . meta l4proto . th dport"
    private static let nodeKey = "ip daddr @nodeport-ips meta l4proto . th dport"

    private var checks: String {
        [
            chain("firewall-check", "\(Self.key) vmap @firewall-ips"),
            chain("service-endpoints-check", "\(Self.key) vmap @no-endpoint-services"),
            chain("nodeport-endpoints-check", "\(Self.nodeKey) vmap @no-endpoint-nodeports"),
            chain(
                "cluster-ips-check", "ip daddr @cluster-ips reject",
                "ip daddr 10.96.0.0/12 drop"),
        ].joined(separator: "\n")
    }

    private var translation: String {
        let pods = LabCluster.podCIDRs.map(\.description).joined(separator: ", ")
        return [
            chain("mark-for-masquerade", "mark set mark or 0x4000"),
            chain(
                "services",
                "ip daddr @cluster-ips ip saddr != { \(pods) } jump mark-for-masquerade",
                "\(Self.key) vmap @service-ips", "\(Self.nodeKey) vmap @service-nodeports"),
            chain(
                "masquerading",
                "mark and 0x4000 != 0 mark set mark xor 0x4000 masquerade fully-random",
                "ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections "
                    + "masquerade"),
        ].joined(separator: "\n")
    }

    private func chainName(_ service: Int) -> String {
        "service-ABCDEFGH-default/service-\(service)/tcp/"
    }

    private func serviceChain(_ service: Int) -> String {
        let backends = (0..<LabCluster.endpoints).map {
            "\($0) : \(LabCluster.address(service, $0)) . \(LabCluster.targetPort)"
        }
        return chain(
            chainName(service),
            "meta l4proto tcp dnat ip to numgen random mod \(backends.count) map { "
                + backends.joined(separator: ", ") + " }")
    }
}
