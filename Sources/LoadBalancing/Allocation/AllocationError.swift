package import Addresses

/// Why an address or a port is not given out. The texts are those of the Kubernetes API server.
package enum AllocationError: Error, Equatable, Sendable, CustomStringConvertible {
    case addressTaken
    /// The address is the network or broadcast address of this range.
    case addressNotUsable(IPAddress, range: IPPrefix)
    /// No range holds the address.
    case addressOutsideRanges
    case portTaken
    case portOutsideRange(ClosedRange<Port>)
    case rangeIsFull

    package var description: String {
        switch self {
        case .addressTaken: "provided IP is already allocated"
        case .addressNotUsable(let address, let range):
            "the provided IP (\(address)) is not in the valid range. "
                + "The range of valid IPs is \(range)"
        case .addressOutsideRanges: "the provided network does not match the current range"
        case .portTaken: "provided port is already allocated"
        case .portOutsideRange(let range):
            "provided port is not in the valid range. "
                + "The range of valid ports is \(range.lowerBound)-\(range.upperBound)"
        case .rangeIsFull: "range is full"
        }
    }
}
