import Addresses
import Linux
import Synchronization
import Testing

/// A network namespace that plays a node: lo is up and has some addresses; it ends with the value.
final class NodeNamespace: Sendable {
    static let isPossible = Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
    private static let number = Atomic<Int>(0)

    private let namespace: NetworkNamespace
    private let directory: String

    init(_ addresses: [IPAddress]) throws {
        let number = Self.number.add(1, ordering: .relaxed).newValue
        directory = "/tmp/pointsman-node-\(try ProcessIdentity.current().pid)-\(number)"
        namespace = NetworkNamespace(named: "node", in: directory)
        try namespace.create()
        try namespace.runBlocking {
            var stack = try NetworkStack()
            try stack.setUp(try Self.loopback(&stack))
        }
        try add(addresses)
    }

    /// Runs `body` on a thread in the namespace; threads that it starts, and sockets that it makes, stay there.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        try namespace.runBlocking(body)
    }

    func add(_ addresses: [IPAddress]) throws {
        try namespace.runBlocking {
            var stack = try NetworkStack()
            let index = try Self.loopback(&stack)
            for address in addresses where !address.isLoopback {
                try stack.addAddress(address, prefixLength: address.family.bits, to: index)
            }
            for address in addresses where address.family == .ipv6 { try Self.awaitRoute(address) }
        }
    }

    /// The kernel adds the route of an IPv6 address a moment after the address.
    private static func awaitRoute(_ address: IPAddress) throws {
        let nobody = IPSocketAddress(address, 1)
        for _ in 0..<1000 {
            do {
                _ = try TestSocket(to: nobody)
            } catch let error as SystemError where error.errno == .connectionRefused {
                return
            } catch {
                Linux.Thread.yield()
            }
        }
        throw SystemError(.networkUnreachable, "wait for the route to \(address)")
    }

    func remove(_ addresses: [IPAddress]) throws {
        try namespace.runBlocking {
            var stack = try NetworkStack()
            let index = try Self.loopback(&stack)
            for address in addresses {
                try stack.removeAddress(address, prefixLength: address.family.bits, from: index)
            }
        }
    }

    private static func loopback(_ stack: inout NetworkStack) throws -> Int32 {
        try #require(try stack.interface(named: "lo")).index
    }

    deinit {
        try? namespace.delete()
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }
}
