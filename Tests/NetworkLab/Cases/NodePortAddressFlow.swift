import Addresses
import KubeAPI
import LoadBalancing
import TestSupport

/// `kind: nodeport-addresses`: which of the interfaces' addresses are selected.
struct NodePortAddressFlow {
    private let test: ConformanceCase
    init(_ test: ConformanceCase) { self.test = test }

    func run() throws {
        let texts = test.inputs["nodePortAddresses"]?.array?.compactMap(\.string) ?? []
        let selection = try NodePortAddressSelection(parsing: texts)
        let interfaces = test.inputs["interfaces"]?.array?.compactMap(\.string) ?? []
        let addresses = interfaces.compactMap { text in
            text.split(separator: "/").first.flatMap { IPAddress(String($0)) }
        }
        guard !addresses.isEmpty, addresses.count == interfaces.count else {
            throw CaseFailure("the interfaces cannot be read")
        }
        let selected = selection.selected(of: addresses, nodeIPs: Set(addresses))
        for family in IPFamily.allCases {
            guard let expected = test.expect[family.description] else { continue }
            let own = selected.filter { $0.family == family }
            let wanted = expected["nodeIPs"]?.array?.compactMap(\.string) ?? []
            try require("\(family) nodeIPs", Set(wanted.compactMap { IPAddress($0) }), own)
            try require(
                "\(family) matchAll", expected["matchAll"]?.bool,
                selection.matchesAll(family) as Bool?)
        }
    }

    private func require<Value: Equatable>(
        _ place: String, _ expected: Value, _ came: Value
    ) throws {
        guard expected != came else { return }
        throw CaseFailure(at: place, expected: "\(expected)", came: "\(came)")
    }
}
