/// Why bytes are no netlink message, and where; offsets count from the start of the buffer.
package enum NetlinkParseError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(ByteReader.EndOfBytes)
    /// A length field that is smaller than the header it counts.
    case badLength(offset: Int, length: Int)
    /// An attribute whose payload has not the size of its type.
    case badAttribute(type: UInt16, length: Int)

    /// Wraps what reading threw.
    init(_ error: any Error) {
        switch error {
        case let error as NetlinkParseError: self = error
        case let error as ByteReader.EndOfBytes: self = .truncated(error)
        default: preconditionFailure("the cursor throws one error")
        }
    }

    package var description: String {
        switch self {
        case .truncated(let end): "truncated netlink message: \(end)"
        case .badLength(let offset, let length): "length \(length) at offset \(offset)"
        case .badAttribute(let type, let length):
            "attribute \(type) with a payload of \(length) bytes"
        }
    }
}
