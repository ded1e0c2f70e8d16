import CLinux
import Glibc

/// A process that cannot be mistaken for a later one of the same number: its process id, and when it started, in
/// clock ticks since the boot (field 22 of /proc/<pid>/stat). As text `1234:567890`.
package struct ProcessIdentity: Hashable, Sendable, CustomStringConvertible {
    package let pid: Int32
    package let startTime: UInt64

    package init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// Reads `1234:567890`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let pid = Int32(parts[0]), pid > 0,
            let startTime = UInt64(parts[1])
        else { return nil }
        self.init(pid: pid, startTime: startTime)
    }

    /// The process of that number that lives now.
    package init(pid: Int32) throws(SystemError) {
        guard let stat = try ProcessStat(of: pid), !stat.isZombie else {
            throw SystemError(.noSuchProcess, "process \(pid)")
        }
        self.init(pid: pid, startTime: stat.startTime)
    }

    /// This process.
    package static func current() throws(SystemError) -> ProcessIdentity {
        try ProcessIdentity(pid: getpid())
    }

    /// False when it has ended, also if nobody has reaped it yet.
    package var isAlive: Bool {
        guard let stat = try? ProcessStat(of: pid) else { return false }
        return stat.startTime == startTime && !stat.isZombie
    }

    package var description: String { "\(pid):\(startTime)" }
}

/// What /proc/<pid>/stat says.
struct ProcessStat {
    let isZombie: Bool
    let startTime: UInt64

    /// nil: there is no such process, or the line is not as proc(5) has it.
    init?(of pid: Int32) throws(SystemError) {
        do {
            self.init(line: try FileSystem.readText("/proc/\(pid)/stat"))
        } catch {
            guard error.errno == .noSuchEntry || error.errno == .noSuchProcess else { throw error }
            return nil
        }
    }

    init?(line: String) {
        // The second field, the name in parentheses, may hold blanks and parentheses.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let startTime = UInt64(fields[19]) else { return nil }
        isZombie = fields[0] == "Z" || fields[0] == "X"
        self.startTime = startTime
    }
}

/// Tells when a process is gone that is not a child of this one.
package enum RunnerWatch {
    /// Returns as soon as the process has ended (within milliseconds: the kernel tells, by a pidfd), at once if it
    /// is gone already, and when the task is cancelled: true if it is gone.
    package static func untilGone(_ process: ProcessIdentity) async throws(SystemError) -> Bool {
        let raw = clinux_pidfd_open(process.pid)
        guard raw >= 0 else {
            let errno = Errno.current
            if errno == .noSuchProcess { return true }
            throw SystemError(errno, "pidfd_open \(process.pid)")
        }
        let descriptor = OwnedDescriptor(owning: raw)
        // Asked after the descriptor was made: from now on the number cannot pass to another process unseen.
        guard process.isAlive else { return true }
        return try await DescriptorWaits.shared.wait(for: .readable, on: descriptor)
    }
}
