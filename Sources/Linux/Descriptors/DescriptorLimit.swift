import Glibc

/// How many descriptors this process may hold: RLIMIT_NOFILE.
package enum DescriptorLimit {
    /// Raises the soft limit to the hard one and returns it.
    @discardableResult
    package static func raiseToHardLimit() throws(SystemError) -> Int {
        var limit = rlimit()
        try checked("getrlimit") { getrlimit(__rlimit_resource_t(7), &limit) }
        limit.rlim_cur = limit.rlim_max
        try checked("setrlimit") { setrlimit(__rlimit_resource_t(7), &limit) }
        return Int(clamping: limit.rlim_cur)
    }
}
