import APIClient
import Addresses
import KubeAPI
import Watching

/// Asks the server for every address and every node port of its ranges: exactly what no Service holds must be given.
struct PoolProbe {
    static let serviceCIDR = IPPrefix(IPAddress(ipv4: 0x0A60_0000), length: 24)
    static let nodePorts: ClosedRange<Int64> = 30_000...30_063

    let client: APIClient
    let findings: Findings

    func run() async throws(Status) {
        var holdings = Holdings()
        for item in try await client.list(.services, ListOptions()).items {
            guard let json = try? item.json() else { continue }
            for double in holdings.set(Service(json: json)) { findings.violated(double) }
        }
        for offset in 1..<UInt64(Self.serviceCIDR.addressCount - 1) {
            guard let address = Self.serviceCIDR.network.advanced(by: offset) else { continue }
            let spec: JSON = [
                "clusterIP": .string("\(address)"), "ports": [["port": 80]],
            ]
            try await probe("\(address)", spec, isFree: holdings.holders["\(address)"] == nil)
        }
        for port in Self.nodePorts {
            let spec: JSON = [
                "type": "NodePort", "ports": [["port": 80, "nodePort": .integer(port)]],
                "clusterIP": "",
            ]
            try await probe("port \(port)", spec, isFree: holdings.holders["port \(port)"] == nil)
        }
        findings.count("addresses and ports asked for", Int(Self.serviceCIDR.addressCount) + 62)
    }

    private func probe(_ what: String, _ spec: JSON, isFree: Bool) async throws(Status) {
        let name = ObjectName(namespace: RandomObjects.namespace, name: "probe")
        let service: JSON = [
            "kind": "Service", "apiVersion": "v1",
            "metadata": ["name": .string(name.name), "namespace": .string(name.namespace)],
            "spec": spec,
        ]
        do throws(Status) {
            _ = try await client.create(.services, service)
            if !isFree { findings.violated("\(what) was given twice") }
            try await client.delete(.services, name)
        } catch {
            guard error.reason == .invalid else { throw error }
            if isFree { findings.violated("\(what) is held by nobody and not given: \(error)") }
        }
    }
}
