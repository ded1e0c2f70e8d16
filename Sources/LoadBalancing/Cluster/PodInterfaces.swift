/// A local detector that tells Pods by the interface that their packets come in through, in place of their addresses.
package enum PodInterfaces: Hashable, Sendable, CustomStringConvertible {
    /// All Pods are behind one bridge.
    case bridge(String)
    /// Each Pod has an interface whose name begins so.
    case prefix(String)

    /// Names of interfaces have at most 15 bytes.
    package static let longestName = 15

    package func matches(_ interface: String?) -> Bool {
        guard let interface else { return false }
        return switch self {
        case .bridge(let name): interface == name
        case .prefix(let prefix): interface.hasPrefix(prefix)
        }
    }

    package var description: String {
        switch self {
        case .bridge(let name): name
        case .prefix(let prefix): prefix + "*"
        }
    }
}
