import Glibc

/// Runs a call that answers -1 and sets errno, again for as long as a signal interrupts it.
@discardableResult
func checked<Result: FixedWidthInteger & SignedInteger>(
    _ call: @autoclosure () -> String, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let errno = Errno.current
        if errno != .interrupted { throw SystemError(errno, call()) }
    }
}

/// What came of moving bytes without blocking.
package enum Transfer: Hashable, Sendable {
    /// So many bytes were moved; never 0.
    case bytes(Int)
    /// The other side has shut down its writing: nothing will come any more.
    case end
    case wouldBlock
    case failed(Errno)
}

/// Runs a read-like or write-like call, again for as long as a signal interrupts it.
@inline(__always)
func transferred(_ body: () -> Int) -> Transfer {
    while true {
        let count = body()
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        let errno = Errno.current
        if errno == .again { return .wouldBlock }
        if errno != .interrupted { return .failed(errno) }
    }
}
