import Linux

/// What a process uses of the machine, as /proc has it.
package struct ProcessUse: Sendable, Equatable {
    /// Bytes of memory that are resident and not a file's.
    package var memory: Int
    /// Bytes of memory that are resident, files included: `VmRSS`.
    package var resident: Int
    package var descriptors: Int
    package var threads: Int
    /// User and system time, in clock ticks of 10 ms.
    package var ticks: Int

    /// nil: there is no such process.
    package init?(of pid: Int32) {
        guard let status = try? FileSystem.readText("/proc/\(pid)/status"),
            let stat = try? FileSystem.readText("/proc/\(pid)/stat")
        else { return nil }
        var values: [Substring: Int] = [:]
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == "\t" || $0 == " " || $0 == ":" })
            if words.count >= 2, let value = Int(words[1]) { values[words[0]] = value }
        }
        memory = (values["RssAnon"] ?? 0) * 1024
        resident = (values["VmRSS"] ?? 0) * 1024
        threads = values["Threads"] ?? 0
        descriptors = FileSystem.list("/proc/\(pid)/fd").count
        // The name, in parentheses, may have blanks in it; utime and stime are fields 14 and 15.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            return nil
        }
        ticks = user + system
    }
}
