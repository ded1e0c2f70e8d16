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
            set cluster-ips { type ipv4_addr; \(elements(indices.map { "\(LabCluster.clusterIP($0))" })) }
            set nodeport-ips { type ipv4_addr; elements = { 10.1.0.1 } }
            set hairpin-connections { type ipv4_addr . ipv4_addr . inet_proto . inet_service
                \(elements(hairpins)) }
            map no-endpoint-services { \(key) : verdict; }
            map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
            map firewall-ips { \(key) : verdict; }
            map service-nodeports { type inet_proto . inet_service : verdict; }
            """ + "\n" + (0..<services).map { "chain \(chainName($0)) {}" }.joined(separator: "\n")
                + "\nmap service-ips { \(key) : verdict; \(elements(targets)) }"
    }

    private var baseChains: String {
        """
        chain filter-prerouting-pre-dnat { type filter hook prerouting priority -110
            ct state new jump firewall-check }
        chain filter-output-pre-dnat { type filter hook output priority -110
            ct state new jump firewall-check }
        chain filter-input { type filter hook input priority 0
            ct state new jump nodeport-endpoints-check
            ct state new jump service-endpoints-check }
        chain filter-forward { type filter hook forward priority 0
            ct state new jump service-endpoints-check
            ct state new jump cluster-ips-check }
        chain filter-output { type filter hook output priority 0
            ct state new jump service-endpoints-check
            ct state new jump cluster-ips-check }
        chain nat-prerouting { type nat hook prerouting priority -100
            jump services }
        chain nat-output { type nat hook output priority -100
            jump services }
        chain nat-postrouting { type nat hook postrouting priority 100
            jump masquerading }
        """
    }

    private var checks: String {
        """
        chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips }
        chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services }
        chain nodeport-endpoints-check {
            ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports }
        chain cluster-ips-check {
            ip daddr @cluster-ips reject
            ip daddr 10.96.0.0/12 drop }
        """
    }

    private var translation: String {
        """
        chain mark-for-masquerade { mark set mark or 0x4000 }
        chain services {
            ip daddr @cluster-ips ip saddr != { \(LabCluster.podCIDRs.map(\.description).joined(separator: ", ")) } \
        jump mark-for-masquerade
            ip daddr . meta l4proto . th dport vmap @service-ips
            ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports }
        chain masquerading {
            mark and 0x4000 != 0 mark set mark xor 0x4000 masquerade fully-random
            ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade }
        """
    }

    private func chainName(_ service: Int) -> String {
        "service-ABCDEFGH-default/service-\(service)/tcp/"
    }

    private func serviceChain(_ service: Int) -> String {
        let backends = (0..<LabCluster.endpoints).map {
            "\($0) : \(LabCluster.address(service, $0)) . \(LabCluster.targetPort)"
        }
        return """
            chain \(chainName(service)) {
                meta l4proto tcp dnat ip to numgen random mod \(backends.count) \
            map { \(backends.joined(separator: ", ")) } }
            """
    }
}
