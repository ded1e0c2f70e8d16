import CLinux

/// The heap of this process.
package enum Heap {
    /// Lets threads share so many arenas. What one thread frees, others use then: glibc's own limit is eight for each
    /// core, and each keeps what was free in it. To be called before there are threads.
    package static func limitArenas(to count: Int) {
        _ = clinux_limit_arenas(Int32(clamping: count))
    }
}
