import Addresses
import Testing

@testable import KubeAPI

@Suite("Rules of ServiceCIDR, IPAddress, Lease and Event")
struct NetworkingRulesTests {
    private static let context = ServiceValidationContext()

    /// The errors of a write in the server's words: of a create, or of an update where there is an `old`.
    private func words(
        _ object: JSON, _ resource: Resource, replacing old: JSON? = nil,
        _ subresource: String? = nil
    ) -> [String] {
        var object = object
        guard let old else {
            ObjectRules.prepareForCreate(&object, resource)
            return ObjectRules.createErrors(object, resource, Self.context).map(\.description)
        }
        ObjectRules.prepareForUpdate(&object, replacing: old, resource, subresource: subresource)
        return ObjectRules.updateErrors(
            object, replacing: old, resource, subresource: subresource, Self.context
        ).map(\.description)
    }

    private static func cidrs(_ texts: String...) -> JSON {
        ["metadata": ["name": "extra"], "spec": ["cidrs": .strings(texts)]]
    }

    @Test(
        "the networks of a ServiceCIDR",
        arguments: [
            (cidrs("10.97.0.0/24"), []),
            (cidrs("10.97.0.0/24", "fd00:97::/112"), []),
            (cidrs("fd00:97::/112", "10.97.0.0/24"), []),
            (cidrs(), ["spec.cidrs: Required value: at least one CIDR required"]),
            (
                cidrs("10.0.0.0/24", "fd00::/112", "10.1.0.0/24"),
                [
                    #"spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","fd00::/112","10.1.0.0/24"]}: may only hold up to 2 values"#
                ]
            ),
            (
                cidrs("10.97.0.0"),
                [
                    #"spec.cidrs[0]: Invalid value: "10.97.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"#
                ]
            ),
            (
                cidrs("10.97.0.0/33"),
                [
                    #"spec.cidrs[0]: Invalid value: "10.97.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"#
                ]
            ),
            (
                cidrs("10.97.0.5/24"),
                [
                    #"spec.cidrs[0]: Invalid value: "10.97.0.5/24": must not have bits set beyond the prefix length"#
                ]
            ),
            (
                cidrs("010.97.0.0/24"),
                [
                    #"spec.cidrs[0]: Invalid value: "010.97.0.0/24": must not have leading 0s in IP or prefix length"#
                ]
            ),
            (
                cidrs("fd00:97:0::/112"),
                [
                    #"spec.cidrs[0]: Invalid value: "fd00:97:0::/112": must be in canonical form ("fd00:97::/112")"#
                ]
            ),
            (
                cidrs("10.97.0.0/24", "10.98.0.0/24"),
                [
                    #"spec.cidrs: Invalid value: ["10.97.0.0/24","10.98.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"#
                ]
            ),
        ] as [(JSON, [String])])
    func serviceCIDR(_ object: JSON, _ expected: [String]) {
        #expect(words(object, .serviceCIDRs) == expected)
    }

    @Test(
        "the networks never change, but a second one may be added",
        arguments: [
            (cidrs("10.97.0.0/24"), cidrs("10.97.0.0/24"), []),
            (cidrs("10.97.0.0/24"), cidrs("10.97.0.0/24", "fd00:97::/112"), []),
            (
                cidrs("10.97.0.0/24"), cidrs("10.98.0.0/24"),
                [#"spec.cidrs[0]: Invalid value: "10.98.0.0/24": field is immutable"#]
            ),
            (
                cidrs("10.97.0.0/24"), cidrs("fd00:97::/112", "10.97.0.0/24"),
                [#"spec.cidrs[0]: Invalid value: "fd00:97::/112": field is immutable"#]
            ),
            (
                cidrs("10.97.0.0/24"), cidrs("10.97.0.0/24", "10.98.0.0/24"),
                [
                    #"spec.cidrs: Invalid value: ["10.97.0.0/24","10.98.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"#
                ]
            ),
            (
                cidrs("10.97.0.0/24", "fd00:97::/112"), cidrs("10.97.0.0/24"),
                [#"spec.cidrs: Invalid value: ["10.97.0.0/24"]: field is immutable"#]
            ),
        ] as [(JSON, JSON, [String])])
    func serviceCIDRUpdate(_ old: JSON, _ new: JSON, _ expected: [String]) {
        #expect(words(new, .serviceCIDRs, replacing: old) == expected)
    }

    @Test("the status of a ServiceCIDR is written by the subresource only")
    func serviceCIDRStatus() {
        let status: JSON = ["conditions": [["type": "Ready", "status": "True"]]]
        var created = Self.cidrs("10.97.0.0/24")
        created["status"] = status
        ObjectRules.prepareForCreate(&created, .serviceCIDRs)
        #expect(created["status"] == [:])
        var written = created
        written["status"] = status
        written["spec"] = ["cidrs": ["10.98.0.0/24"]]
        var main = written
        ObjectRules.prepareForUpdate(
            &main, replacing: created, .serviceCIDRs, subresource: nil)
        #expect(main["status"] == [:])
        ObjectRules.prepareForUpdate(
            &written, replacing: created, .serviceCIDRs, subresource: "status")
        #expect(written["status"] == status)
        #expect(written["spec"] == created["spec"])
    }

    private static func address(_ name: String, _ parent: JSON?) -> JSON {
        var object: JSON = ["metadata": ["name": .string(name)], "spec": [:]]
        object["spec"]?["parentRef"] = parent
        return object
    }

    private static let service: JSON = [
        "group": "", "resource": "services", "namespace": "shop", "name": "x",
    ]

    @Test(
        "the name and the parent of an IPAddress",
        arguments: [
            (address("10.97.0.9", service), []), (address("fd00:97::9", service), []),
            (address("10.97.0.9", nil), ["spec.parentRef: Required value"]),
            (
                address("10.097.0.9", service),
                [#"metadata.name: Invalid value: "10.097.0.9": must not have leading 0s"#]
            ),
            (
                address("abc", service),
                [
                    #"metadata.name: Invalid value: "abc": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#
                ]
            ),
            (
                address("fd00:97:0::9", service),
                [
                    #"metadata.name: Invalid value: "fd00:97:0::9": must be in canonical form ("fd00:97::9")"#
                ]
            ),
            (
                address("10.97.0.9", ["name": "x"]),
                ["spec.parentRef.resource: Required value"]
            ),
            (
                address("10.97.0.9", ["resource": "services"]),
                ["spec.parentRef.name: Required value"]
            ),
            (
                address(
                    "10.97.0.9",
                    ["group": "A", "resource": "a/b", "namespace": "..", "name": "50%"]),
                [
                    "spec.parentRef.group: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                    #"spec.parentRef.resource: Invalid value: "a/b": may not contain '/'"#,
                    #"spec.parentRef.name: Invalid value: "50%": may not contain '%'"#,
                    #"spec.parentRef.namespace: Invalid value: "..": may not be '..'"#,
                ]
            ),
        ] as [(JSON, [String])])
    func ipAddress(_ object: JSON, _ expected: [String]) {
        #expect(words(object, .ipAddresses) == expected)
    }

    @Test("an address never changes hands")
    func ipAddressUpdate() {
        var old = Self.address("10.97.0.9", Self.service)
        ObjectRules.prepareForCreate(&old, .ipAddresses)
        #expect(old.value(at: "spec", "parentRef", "group") == nil)
        #expect(words(Self.address("10.97.0.9", Self.service), .ipAddresses, replacing: old) == [])
        var other = Self.service
        other["name"] = "y"
        #expect(
            words(Self.address("10.97.0.9", other), .ipAddresses, replacing: old) == [
                #"spec.parentRef: Invalid value: {"resource":"services","namespace":"shop","name":"y"}: field is immutable"#
            ])
    }

    private static func lease(_ spec: JSON) -> JSON {
        ["metadata": ["name": "a.b", "namespace": "shop"], "spec": spec]
    }

    @Test(
        "the numbers and the strategy of a Lease",
        arguments: [
            ([:], []),
            (["holderIdentity": "a", "leaseDurationSeconds": 15, "leaseTransitions": 0], []),
            (
                ["leaseDurationSeconds": 0, "leaseTransitions": -1],
                [
                    "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
                    "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
                ]
            ),
            (["strategy": "OldestEmulationVersion", "preferredHolder": "a"], []),
            (["strategy": "example.com/Best"], []),
            (
                ["strategy": "Best"],
                [
                    #"spec.strategy.strategy: Unsupported value: "Best": supported values: "OldestEmulationVersion""#
                ]
            ),
            (
                ["preferredHolder": "a"],
                [
                    "spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined"
                ]
            ),
        ] as [(JSON, [String])])
    func lease(_ spec: JSON, _ expected: [String]) {
        #expect(words(Self.lease(spec), .leases) == expected)
        #expect(words(Self.lease(spec), .leases, replacing: Self.lease([:])) == expected)
    }
}
