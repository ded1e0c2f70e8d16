import Addresses
import Glibc
import Linux
import LoadBalancing
import Synchronization
import Testing
import Watching
import Wire

@testable import DataPlanes

/// A network namespace of its own with an nftables data plane in it.
final class KernelLab: Sendable {
    private static let number = Atomic<Int>(0)

    let namespace: NetworkNamespace
    let plane: NFTablesDataPlane

    static var missing: String? {
        Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
            ? nil : "CAP_NET_ADMIN and CAP_SYS_ADMIN"
    }

    init() throws {
        let number = Self.number.add(1, ordering: .relaxed).newValue
        let namespace = NetworkNamespace(
            named: "nft-\(getpid())-\(number)", in: "/run/pointsman-tests")
        try namespace.create()
        self.namespace = namespace
        plane = try namespace.runBlocking { try Self.plane() }
    }

    private static func plane() throws -> NFTablesDataPlane {
        try NFTablesDataPlane(
            time: .machine { WallClock.sinceEpoch }, report: { Issue.record("\($0)") })
    }

    deinit { try? namespace.delete() }

    /// Another data plane in the same namespace: what a restart is.
    func restarted() throws -> NFTablesDataPlane {
        try namespace.runBlocking { try Self.plane() }
    }

    /// What the kernel has.
    func table(_ family: IPFamily) throws -> KernelTable {
        try namespace.runBlocking {
            var socket = try NFTablesSocket()
            return try KernelTable(family, &socket)
        }
    }

    /// The number of the last commit.
    func generation() throws -> UInt32 {
        try namespace.runBlocking {
            var socket = try NFTablesSocket()
            return try socket.generation()
        }
    }

    /// What `nft` says; -1 where it did not end by itself: it aborts on what it has no words for.
    func nft(_ arguments: String) -> (status: Int32, output: String) {
        let command = "nsenter --net=\(namespace.path) nft \(arguments) 2>&1"
        guard let stream = popen(command, "r") else { return (-1, "popen failed") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            output += buffer[..<count]
        }
        let status = pclose(stream)
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        return (code, String(decoding: output, as: UTF8.self))
    }
}
