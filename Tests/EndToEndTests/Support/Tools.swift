import Foundation

/// Where the programs of these tests are.
enum Tools {
    /// The repository.
    static let root: URL = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The binary that was built with these tests.
    static let pointsman: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(filePath: own).deletingLastPathComponent().appending(path: "pointsman")
        let candidates = [beside.path(), root.appending(path: ".build/debug/pointsman").path()]
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? candidates[1]
    }()

    /// Every kubectl there is: the one on the PATH, and Debian's 1.20 that `make test` unpacks.
    static let kubectls: [String] = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let onPath = path.split(separator: ":").map { "\($0)/kubectl" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        let debian = root.appending(path: ".build-tools/kubectl-debian/usr/bin/kubectl").path()
        return [onPath, debian].compactMap { $0 }.filter {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    static let isRoot = geteuid() == 0

    static func has(_ program: String) -> Bool {
        ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
}
