import Addresses

/// The rules of networking.k8s.io/v1 ServiceCIDR (Kubernetes 1.36, pkg/apis/networking/validation; rule C-001).
package enum ServiceCIDRRules {
    private static let cidrs: FieldPath = "spec.cidrs"

    /// The status is not a client's to set.
    package static func prepareForCreate(_ serviceCIDR: inout JSON) {
        serviceCIDR["status"] = [:]
    }

    package static func createErrors(_ serviceCIDR: ServiceCIDR) -> [FieldError] {
        MetadataRules.createErrors(serviceCIDR.metadata, .dnsSubdomain, isNamespaced: false)
            + errors(serviceCIDR.cidrs)
    }

    /// The networks never change; a second one may be added to the first.
    package static func updateErrors(
        _ serviceCIDR: ServiceCIDR, replacing old: ServiceCIDR
    ) -> [FieldError] {
        MetadataRules.updateErrors(serviceCIDR.metadata, replacing: old.metadata)
            + changeErrors(serviceCIDR.cidrs, replacing: old.cidrs)
    }

    package static func statusUpdateErrors(
        _ serviceCIDR: ServiceCIDR, replacing old: ServiceCIDR
    ) -> [FieldError] {
        MetadataRules.updateErrors(serviceCIDR.metadata, replacing: old.metadata)
    }

    private static func changeErrors(_ new: [String], replacing old: [String]) -> [FieldError] {
        let isAddition = old.count == 1 && new.count == 2
        guard old.count == new.count || isAddition else {
            return [.invalid(cidrs, .strings(new), "field is immutable")]
        }
        let changed = zip(new, old).enumerated().filter { $0.element.0 != $0.element.1 }
        return changed.map { .invalid(cidrs[$0.offset], $0.element.0, "field is immutable") }
            + (isAddition ? errors(new) : [])
    }

    private static func errors(_ texts: [String]) -> [FieldError] {
        if texts.isEmpty { return [.required(cidrs, "at least one CIDR required")] }
        if texts.count > 2 {
            return [
                .invalid(cidrs, ["cidrs": .strings(texts)], "may only hold up to 2 values")
            ]
        }
        var errors = texts.enumerated().flatMap { index, text in
            FieldError.invalid(cidrs[index], text, all: IPText.canonicalPrefixErrors(text))
        }
        let families = texts.compactMap { IPText.loosePrefix($0)?.family }
        if families.count == 2, families[0] == families[1] {
            errors.append(
                .invalid(
                    cidrs, .strings(texts),
                    "may specify no more than one IP for each IP family, "
                        + "i.e 192.168.0.0/24 and 2001:db8::/64"))
        }
        return errors
    }
}
