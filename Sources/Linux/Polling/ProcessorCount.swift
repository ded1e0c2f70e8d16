import Glibc

package enum ProcessorCount {
    /// The processors that are online, at least 1.
    package static var online: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }
    /// 1...8, the number of threads that are worth having.
    package static var usable: Int { min(online, 8) }
}
