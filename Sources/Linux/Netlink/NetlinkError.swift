package import Wire

/// Why the kernel did not do, or did not tell, what a netlink request asked for.
package enum NetlinkError: Error, Sendable, CustomStringConvertible {
    /// The kernel refused. `reason` is its own explanation, where it gives one.
    case refused(operation: String, Errno, reason: String?)
    /// The socket failed.
    case failed(SystemError)
    /// The answer cannot be read.
    case malformed(operation: String, NetlinkParseError)
    /// What was dumped kept changing.
    case neverConsistent(operation: String)

    /// The errno of a refusal; nil for the other cases.
    package var errno: Errno? {
        if case .refused(_, let errno, _) = self { errno } else { nil }
    }

    package var description: String {
        switch self {
        case .refused(let operation, let errno, let reason):
            "\(operation): \(errno)" + (reason.map { " (\($0))" } ?? "")
        case .failed(let error): error.description
        case .malformed(let operation, let error): "\(operation): \(error)"
        case .neverConsistent(let operation): "\(operation): changed again and again meanwhile"
        }
    }
}
