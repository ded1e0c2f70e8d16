import Glibc
import Linux

/// Time that passed and time that processors worked for this process, in seconds.
struct Usage {
    var wall: Double
    /// In the process's own code.
    var user: Double
    /// In the kernel.
    var system: Double

    static var now: Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(
            wall: Double(MonotonicTime.nanoseconds) / 1e9, user: seconds(usage.ru_utime),
            system: seconds(usage.ru_stime))
    }

    static func - (a: Usage, b: Usage) -> Usage {
        Usage(wall: a.wall - b.wall, user: a.user - b.user, system: a.system - b.system)
    }

    var cpu: Double { user + system }

    /// Of this process, in MB.
    static var residentMemory: Double {
        let text = (try? FileSystem.readText("/proc/self/status")) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        return (kilobytes.flatMap { Double($0) } ?? 0) / 1024
    }

    /// Of the threads of one name, in seconds.
    static func cpu(ofThreads name: String) -> Double {
        var nanoseconds = 0.0
        for task in FileSystem.list("/proc/self/task") {
            let path = "/proc/self/task/\(task)"
            guard (try? FileSystem.readText("\(path)/comm")) == name,
                let text = try? FileSystem.readText("\(path)/schedstat")
            else { continue }
            nanoseconds += text.split(separator: " ").first.flatMap { Double($0) } ?? 0
        }
        return nanoseconds / 1e9
    }
}
