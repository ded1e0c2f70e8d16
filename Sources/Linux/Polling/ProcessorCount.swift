import Glibc

package enum ProcessorCount {
    /// The processors that are online: 1...8, the number of threads that are worth having.
    package static var usable: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 8) }
}
