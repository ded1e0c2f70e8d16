import Addresses
import KubeAPI
import Linux
import Testing

@testable import Pods

let mayMakeNamespaces = Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld

@Suite(.enabled(if: mayMakeNamespaces, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct PodSandboxTests {
    /// Directories of this test's own.
    func directories(_ name: String) throws -> PodDirectories {
        let base = "/tmp/pointsman-sandbox-\(try ProcessIdentity.current().pid)-\(name)"
        var directories = PodDirectories()
        directories.namespaces = base + "/netns"
        directories.state = base + "/state"
        directories.netnsConfiguration = base + "/etc"
        return directories
    }

    func remove(_ directories: PodDirectories) {
        try? NetworkNamespace(named: ".", in: directories.namespaces).delete()
        for path in [directories.namespaces, directories.state, directories.netnsConfiguration] {
            try? FileSystem.remove(path)
        }
        try? FileSystem.remove(String(directories.state.dropLast("/state".count)))
    }

    @Test func aPodWithNamespacesHasItsAddressItsResolverAndItsProbe() async throws {
        let lab = RunnerLab(network: "198.18.77")
        let directories = try directories("run")
        defer { remove(directories) }
        var configuration = lab.configuration(
            "sh", "-c", "cat /etc/resolv.conf; hostname -I; exec sleep 86390")
        configuration.usesNamespaces = true
        configuration.nameservers = []
        configuration.directories = directories
        var probe = Probe(check: .exec(command: ["sh", "-c", "grep -q ndots:5 /etc/resolv.conf"]))
        probe.periodSeconds = 1
        configuration.readinessProbe = probe
        _ = try await lab.run(configuration) { lab in
            try await lab.wait("a ready Pod") { $0.contains(where: \.isReady) }
            let name = try #require(lab.pods.first).metadata.name
            #expect(lab.lines.all.contains("[\(name)] options ndots:5"))
            #expect(
                FileSystem.list(directories.namespaces) == ["pointsman-default.\(name)"])
            #expect(await PodSandbox.sweep(directories) == [])
        }
        #expect(FileSystem.list(directories.namespaces) == [])
        #expect(FileSystem.list(directories.state) == [])
        #expect(FileSystem.list(directories.netnsConfiguration) == [])
    }

    @Test func whatARunnerLeftBehindIsSweptAway() async throws {
        let directories = try directories("sweep")
        defer { remove(directories) }
        let own = try ProcessIdentity.current()
        let gone = ProcessIdentity(pid: own.pid, startTime: own.startTime - 1)
        let address = try #require(IPAddress("198.18.99.7"))
        let left = PodSandbox(namespace: "default", pod: "left", directories)
        try await left.create(addresses: [address], resolver: "", runner: gone, note: "test")
        let kept = PodSandbox(namespace: "default", pod: "kept", directories)
        try await kept.create(addresses: [], resolver: "", runner: own, note: "test")
        #expect(
            await PodSandbox.sweep(directories) == [
                "removed network namespace pointsman-default.left of a runner that is gone"
            ])
        #expect(FileSystem.list(directories.namespaces) == ["pointsman-default.kept"])
        try await kept.remove()
        #expect(FileSystem.list(directories.state) == [])
        #expect(await PodSandbox.sweep(directories) == [])
    }
}
