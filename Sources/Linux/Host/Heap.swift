import CLinux
import Glibc

/// The heap of this process.
package enum Heap {
    /// Lets threads share so many arenas. What one thread frees, others use then: glibc's own limit is eight for each
    /// core, and each keeps what was free in it. To be called before there are threads.
    package static func limitArenas(to count: Int) {
        _ = clinux_limit_arenas(Int32(clamping: count))
    }

    /// Gives blocks from this size on (bytes) pages of their own, which go back to the kernel with the block. By itself
    /// glibc raises that size to that of the largest block that was freed: then short-lived large blocks are cut out of
    /// the heap, and what is allocated meanwhile keeps it in pieces.
    package static func mapBlocks(from size: Int) {
        _ = clinux_map_blocks(Int32(clamping: size))
    }

    /// Gives the pages that nothing uses back to the kernel. glibc does so by itself only at the top of an arena, so
    /// what a burst of work has left stays resident. Holds up who allocates, some milliseconds for each 100 MB.
    package static func trim() { _ = clinux_trim_heap() }
}

/// The processor time of this process.
package enum ProcessorTime {
    /// Nanoseconds of all threads so far.
    package static var nanoseconds: UInt64 {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return UInt64(used.tv_sec) * 1_000_000_000 + UInt64(used.tv_nsec)
    }
}
