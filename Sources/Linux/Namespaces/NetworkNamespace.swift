import CLinux
import Glibc

/// A network namespace with a name: a bind mount of its file, so that it lives without a process in it. In the
/// directory of iproute2, `ip netns` sees it too. Needs CAP_SYS_ADMIN.
package struct NetworkNamespace: Hashable, Sendable {
    package let name: String
    package let directory: String

    /// Where `ip netns` keeps its namespaces.
    package static let standardDirectory = "/var/run/netns"

    package init(named name: String, in directory: String = standardDirectory) {
        self.name = name
        self.directory = directory
    }

    package var path: String { "\(directory)/\(name)" }

    /// Makes the namespace; one of that name is an error (EEXIST). Blocks shortly.
    package func create() throws {
        try FileSystem.makeDirectories(directory)
        let (directory, path) = (directory, path)
        try checked("share the mounts of \(directory)") { clinux_share_mount(directory) }
        let file = try checked("create \(path)") {
            Glibc.open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)
        }
        _ = OwnedDescriptor(owning: file)
        do {
            // The thread ends inside the new namespace; the mount keeps it.
            try ThreadWork.runBlocking(named: "netns-create") {
                try checked("unshare CLONE_NEWNET") { clinux_unshare_network() }
                try checked("mount \(path)") {
                    clinux_bind_mount("/proc/thread-self/ns/net", path)
                }
            }
        } catch {
            _ = unlink(path)
            throw error
        }
    }

    /// Forgets the name; the namespace ends with its last process, and its interfaces with it. One that is gone
    /// is no error.
    package func delete() throws(SystemError) {
        let path = path
        while clinux_unmount(path) == 0 {}
        try FileSystem.remove(path)
    }

    /// A descriptor of the namespace, for `LinkPeer`, for a process that shall live in it.
    package func open() throws(SystemError) -> OwnedDescriptor {
        let path = path
        return OwnedDescriptor(
            owning: try checked("open \(path)") { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
    }

    /// Runs `body` on a thread of its own inside the namespace and suspends until it has ended. Sockets made there
    /// stay there.
    package func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await ThreadWork.run(named: "netns") { try enter(body) }
    }

    /// As `run`, blocking the caller.
    package func runBlocking<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) throws -> Result {
        try ThreadWork.runBlocking(named: "netns") { try enter(body) }
    }

    private func enter<Result>(_ body: () throws -> Result) throws -> Result {
        let descriptor = try self.open()
        let raw = descriptor.raw
        try checked("setns \(path)") { clinux_enter_network(raw) }
        return try body()
    }

    /// The namespaces in a directory whose names begin with `prefix`.
    package static func all(
        in directory: String = standardDirectory, prefix: String
    ) -> [NetworkNamespace] {
        FileSystem.list(directory).filter { $0.hasPrefix(prefix) }.map {
            NetworkNamespace(named: $0, in: directory)
        }
    }
}
