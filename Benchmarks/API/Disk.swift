import Glibc
import Linux

/// What the disk itself takes for a durable write: 4 KiB, then fdatasync, as SQLite does it.
enum Disk {
    /// - Parameter appending: else the blocks are there already, and no metadata is written.
    static func times(in directory: String, appending: Bool, count: Int) throws -> Times {
        let path = directory + "/fsync-probe"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw BenchmarkFailure(description: "\(path) cannot be made") }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 4096)
        if !appending {
            for index in 0..<count { pwrite(file, block, block.count, index * block.count) }
            fsync(file)
        }
        var times: [UInt64] = []
        for index in 0..<count {
            let start = MonotonicTime.nanoseconds
            pwrite(file, block, block.count, index * block.count)
            fdatasync(file)
            times.append(MonotonicTime.nanoseconds - start)
        }
        return Times(times)
    }
}
