import Addresses
import KubeAPI

/// Fills ipFamilyPolicy and ipFamilies from what the user gave, the old object and the families of the cluster.
/// Source: Kubernetes pkg/registry/core/service/storage/alloc.go, `initIPFamilyFields`.
struct IPFamilyCompletion {
    private static let clusterIPs: FieldPath = "spec.clusterIPs"
    private static let ipFamilies: FieldPath = "spec.ipFamilies"
    private static let ipFamilyPolicy: FieldPath = "spec.ipFamilyPolicy"

    /// The families that have a Service CIDR; the first is the default.
    let families: [IPFamily]
    var gates = FeatureGates()

    func complete(_ service: inout Service, replacing old: Service?) throws(Status) {
        guard service.spec.type != .externalName, !isUnchangedPreference(service, old) else {
            return
        }
        if service.spec.ipFamilyPolicy == nil {
            service.spec.ipFamilyPolicy = old?.spec.ipFamilyPolicy ?? defaultPolicy(service.spec)
        }
        try ServiceRules.clusterIPErrors(service.spec, replacing: old?.spec, gates)
            .check(.services, service.metadata.name)
        if let old { Self.trimForDowngrade(&service.spec, from: old.spec) }
        try inferFamilies(&service, replacing: old)
        if service.spec.isHeadless, (service.spec.selector ?? [:]).isEmpty {
            completeHeadlessWithoutSelector(&service.spec)
            return
        }
        try checkAgainstCluster(service)
        if service.spec.ipFamilies.isEmpty { service.spec.ipFamilies = [defaultFamily] }
        if service.spec.isDualStack, families.count == 2 {
            Self.appendMissingFamily(&service.spec)
        }
    }

    private var defaultFamily: String { (families.first ?? .ipv4).description }

    /// PreferDualStack with unchanged addresses and families: never upgraded or downgraded on the way.
    private func isUnchangedPreference(_ service: Service, _ old: Service?) -> Bool {
        guard let old = old?.spec else { return false }
        let new = service.spec
        return new.type == old.type && new.ipFamilyPolicy == "PreferDualStack"
            && old.ipFamilyPolicy == new.ipFamilyPolicy
            && new.clusterIPs == old.clusterIPs && new.ipFamilies == old.ipFamilies
    }

    private func defaultPolicy(_ spec: ServiceSpec) -> String {
        spec.isHeadless && (spec.selector ?? [:]).isEmpty ? "RequireDualStack" : "SingleStack"
    }

    /// SingleStack with a list left as it was means: release the second of it.
    private static func trimForDowngrade(_ spec: inout ServiceSpec, from old: ServiceSpec) {
        if spec.isDualStack { return }
        if spec.clusterIPs == old.clusterIPs { spec.clusterIPs = Array(spec.clusterIPs.prefix(1)) }
        if spec.ipFamilies == old.ipFamilies { spec.ipFamilies = Array(spec.ipFamilies.prefix(1)) }
    }

    private func inferFamilies(
        _ service: inout Service, replacing old: Service?
    ) throws(Status) {
        var errors: [FieldError] = []
        checkPolicy(service.spec, replacing: old?.spec, &errors)
        for (index, text) in service.spec.clusterIPs.enumerated()
        where index >= service.spec.ipFamilies.count {
            guard let family = IPAddress(kubernetes: text)?.family else { break }
            if families.contains(family) {
                service.spec.ipFamilies.append(family.description)
            } else {
                errors.append(
                    .invalid(
                        Self.clusterIPs[index], .strings(service.spec.clusterIPs),
                        "\(family) is not configured on this cluster"))
            }
        }
        try errors.check(.services, service.metadata.name)
    }

    private func checkPolicy(
        _ spec: ServiceSpec, replacing old: ServiceSpec?, _ errors: inout [FieldError]
    ) {
        let field = Self.ipFamilyPolicy
        let policy = spec.ipFamilyPolicy ?? ""
        if spec.isDualStack {
            guard let old else { return }
            if old.clusterIPs.count == 2, spec.clusterIPs.count == 1 {
                errors.append(
                    .invalid(
                        field, policy, "must be 'SingleStack' to release the secondary cluster IP"))
            }
            if old.ipFamilies.count == 2, spec.ipFamilies.count == 1 {
                errors.append(
                    .invalid(
                        field, policy, "must be 'SingleStack' to release the secondary IP family"))
            }
            return
        }
        let remedy = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
        if spec.clusterIPs.count == 2 {
            errors.append(.invalid(field, policy, "\(remedy) cluster IPs are specified"))
        }
        if spec.ipFamilies.count == 2 {
            errors.append(.invalid(field, policy, "\(remedy) IP families are specified"))
        }
    }

    /// Nobody allocates for such a Service, so it may have families that the cluster has not.
    private func completeHeadlessWithoutSelector(_ spec: inout ServiceSpec) {
        if spec.ipFamilies.isEmpty { spec.ipFamilies = [defaultFamily] }
        if spec.isDualStack { Self.appendMissingFamily(&spec) }
    }

    private static func appendMissingFamily(_ spec: inout ServiceSpec) {
        guard spec.ipFamilies.count == 1 else { return }
        spec.ipFamilies.append(spec.ipFamilies[0] == "IPv4" ? "IPv6" : "IPv4")
    }

    private func checkAgainstCluster(_ service: Service) throws(Status) {
        var errors: [FieldError] = []
        if service.spec.ipFamilyPolicy == "RequireDualStack", families.count < 2 {
            errors.append(
                .invalid(
                    Self.ipFamilyPolicy, "RequireDualStack",
                    "this cluster is not configured for dual-stack services"))
        }
        for (index, family) in service.spec.ipFamilies.enumerated() {
            if let family = IPFamily(family), families.contains(family) { continue }
            errors.append(
                .invalid(
                    Self.ipFamilies[index], .string(family),
                    "not configured on this cluster"))
        }
        try errors.check(.services, service.metadata.name)
    }
}
