import Addresses
import Linux

/// What one Pod with namespaces of its own has on the host: a network namespace, a veth, a resolv.conf, and a file
/// that says who runs it, so that another process can take all of it away when the runner is gone.
///
/// All verbs block shortly: they run on threads of their own.
package struct PodSandbox: Sendable {
    /// The prefix of the namespaces' names.
    package static let prefix = "pointsman-"

    let name: String
    let directories: PodDirectories
    let network: PodNetwork

    /// A namespace of the API holds no dot, so the name tells every Pod from every other.
    init(namespace: String, pod: String, _ directories: PodDirectories) {
        self.init(name: "\(Self.prefix)\(namespace).\(pod)", directories)
    }

    private init(name: String, _ directories: PodDirectories) {
        self.name = name
        self.directories = directories
        network = PodNetwork(NetworkNamespace(named: name, in: directories.namespaces))
    }

    /// Holds resolv.conf; `scratch` in it may be mounted over.
    private var directory: String { "\(directories.state)/\(name)" }
    private var runnerFile: String { "\(directories.state)/\(name).runner" }
    private var link: String { "\(directories.netnsConfiguration)/\(name)" }

    /// How the Pod's processes are isolated.
    var isolation: ProcessSpecification.Isolation {
        .namespaces(resolver: "\(directory)/resolv.conf", scratch: "\(directory)/scratch")
    }

    func create(
        addresses: [IPAddress], resolver: String, runner: ProcessIdentity, note: String
    ) async throws {
        try await ThreadWork.run(named: "sandbox") {
            try FileSystem.makeDirectories("\(directory)/scratch")
            // First of all: what has this file is found again.
            try FileSystem.write(runner.description + "\n", to: runnerFile)
            do {
                try FileSystem.write(resolver, to: "\(directory)/resolv.conf")
                // `ip netns exec` is a convenience: /etc may be read-only.
                try? FileSystem.makeDirectories(directories.netnsConfiguration)
                try? FileSystem.link(link, to: directory)
                try network.create(addresses: addresses, note: note)
            } catch {
                try? removeBlocking()
                throw error
            }
        }
    }

    func remove() async throws {
        try await ThreadWork.run(named: "sandbox") { try removeBlocking() }
    }

    private func removeBlocking() throws {
        try network.delete()
        try? FileSystem.remove(link)
        for file in ["resolv.conf", "scratch", ""] { try FileSystem.remove("\(directory)/\(file)") }
        // Last of all.
        try FileSystem.remove(runnerFile)
    }

    /// Takes away what runners left behind that are gone, at the start of `up`; a sentence for each Pod, and for
    /// each that resisted. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN.
    package static func sweep(_ directories: PodDirectories = PodDirectories()) async -> [String] {
        let work = try? await ThreadWork.run(named: "sandbox") { sweepBlocking(directories) }
        return work ?? []
    }

    private static func sweepBlocking(_ directories: PodDirectories) -> [String] {
        let suffix = ".runner"
        var news: [String] = []
        for file in FileSystem.list(directories.state)
        where file.hasPrefix(prefix) && file.hasSuffix(suffix) {
            let text = (try? FileSystem.readText("\(directories.state)/\(file)")) ?? ""
            // A file without a runner in it is one whose writing was cut off.
            if let runner = ProcessIdentity(text), runner.isAlive { continue }
            let name = String(file.dropLast(suffix.count))
            do {
                try PodSandbox(name: name, directories).removeBlocking()
                news.append("removed network namespace \(name) of a runner that is gone")
            } catch {
                news.append("network namespace \(name) of a runner that is gone stays: \(error)")
            }
        }
        return news
    }
}
