/// Kubernetes' feature gates about what a Service may be, by the names of kube-apiserver's `--feature-gates`. All are
/// on, as in 1.36.
package struct FeatureGates: Equatable, Sendable {
    /// Addresses and prefixes are refused that have leading zeros, are IPv4-mapped or have bits beyond the prefix.
    package var strictIPCIDRValidation = true
    /// The name of a Service may begin with a digit.
    package var relaxedServiceNameValidation = true

    package init() {}

    private static let members:
        [(name: String, path: any WritableKeyPath<FeatureGates, Bool> & Sendable)] = [
            ("RelaxedServiceNameValidation", \.relaxedServiceNameValidation),
            ("StrictIPCIDRValidation", \.strictIPCIDRValidation),
        ]

    package static var names: [String] { members.map(\.name) }

    /// Reads `Name=true,Name=false`.
    package init(parsing text: String) throws(FeatureGateError) {
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            let name = parts[0].filter { $0 != " " }
            guard let member = Self.members.first(where: { $0.name == name }) else {
                throw .unknown(name)
            }
            guard parts.count == 2, let value = Bool(parts[1].lowercased()) else {
                throw .notBoolean(String(item))
            }
            self[keyPath: member.path] = value
        }
    }
}

/// Why a text names no feature gates.
package enum FeatureGateError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknown(String)
    case notBoolean(String)

    package var description: String {
        switch self {
        case .unknown(let name):
            "\(name) is no feature gate of pointsman: \(FeatureGates.names.joined(separator: ", "))"
        case .notBoolean(let text): "\(text): must be true or false, such as Name=false"
        }
    }
}
