import Addresses
import LoadBalancing

/// What connections to one listening address meet, by their source.
struct SourcePolicy: Equatable, Sendable {
    enum Verdict: Hashable, Sendable {
        case serve(BackendList)
        /// TCP reset or ICMP port unreachable.
        case reject
        /// Silence.
        case drop
    }

    /// For Pods and this host.
    var internalVerdict: Verdict
    var externalVerdict: Verdict
    /// Which sources are internal.
    var internalPrefixes: [IPPrefix]
    /// Who may connect; nil: everybody. Others are dropped.
    var allowed: [IPPrefix]?

    func verdict(for source: IPAddress) -> Verdict {
        if let allowed, !allowed.contains(where: { $0.contains(source) }) { return .drop }
        if internalVerdict == externalVerdict { return internalVerdict }
        return internalPrefixes.contains { $0.contains(source) } ? internalVerdict : externalVerdict
    }

    /// Nobody is served and nobody is to meet silence: the address stays unbound, and the kernel itself answers
    /// with RST or ICMP port unreachable. No socket of ours could answer as exactly: an accepted connection that
    /// is then reset was open for the client.
    var isLeftToKernel: Bool { internalVerdict == .reject && externalVerdict == .reject }

    /// Whether a bound socket can say what is asked. Where one kind of source is served and the other is to be
    /// rejected, TCP accepts and resets; UDP can only be silent.
    var isMixed: Bool { !isLeftToKernel && [internalVerdict, externalVerdict].contains(.reject) }
}
