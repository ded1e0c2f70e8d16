import Addresses
import DataPlanes
import KubeAPI
import Linux
import Pods
import SQLiteStorage

/// Takes back what `up` has done to the host.
struct HostCleanup {
    let dataDirectory: String

    /// Two could not agree on what belongs into the kernel.
    func refuseWhileUp() async throws {
        let path = "\(dataDirectory)/store.sqlite"
        guard FileSystem.exists(path) else { return }
        do {
            try await SQLiteLog(path: path).close()
        } catch {
            throw CommandFailure(
                description:
                    "cleanup: `pointsman up` seems to run with \(dataDirectory) (\(error)); stop it first"
            )
        }
    }

    /// Answers with a sentence for each thing that was removed.
    func run() async throws -> [String] {
        var news: [String] = []
        if NFTablesSupport.missing() == nil {
            news += try NFTablesSupport.removeTables().map {
                "removed nf_tables table \($0 == .ipv4 ? "ip" : "ip6") pointsman"
            }
        }
        var stack = try NetworkStack()
        for route in try stack.routes() where route.isOurs && route.isLocal {
            try stack.removeLocalRoute(to: route.prefix)
            news.append("removed route \(route)")
        }
        news += try removeAddresses(&stack)
        news += await PodSandbox.sweep()
        return news.isEmpty ? ["nothing to remove"] : news
    }

    private func removeAddresses(_ stack: inout NetworkStack) throws -> [String] {
        guard let loopback = try stack.interface(named: "lo")?.index else { return [] }
        let own = Set(hostAddresses())
        var news: [String] = []
        for address in try stack.addresses()
        where address.interface == loopback
            && (address.isOurs || own.contains(address.address))
        {
            try stack.removeAddress(
                address.address, prefixLength: address.prefixLength, from: loopback)
            news.append("removed address \(address.address) of lo")
        }
        return news
    }

    /// The first address of each Pod network that the data directory was made with: kernels before 5.18 do not keep
    /// whose an address is.
    private func hostAddresses() -> [IPAddress] {
        guard let bytes = (try? PrivateFile.read("\(dataDirectory)/address-plan.json")) ?? nil,
            let plan = try? JSON(parsing: bytes)
        else { return [] }
        let networks = plan["podCIDRs"]?.array?.compactMap(\.string) ?? []
        return networks.compactMap { IPPrefix($0)?.network.advanced(by: 1) }
    }
}
