import Addresses
import DataPlanes
import Linux
import LoadBalancing

/// The userspace data plane with one frontend and one backend.
func relay(from listen: IPSocketAddress, to backend: IPSocketAddress) async throws {
    let plane = try UserspaceDataPlane()
    let name = ServicePortName(
        namespace: "default", service: "bench", port: "", protocol: .tcp,
        family: listen.address.family)
    var table = ServiceTable()
    table.servicePorts[name] = ServicePortState(cluster: [Backend(backend.address, backend.port)])
    let frontend = FrontendAddress(.address(listen.address), listen.port, .tcp)
    table.frontends[frontend] = Frontend(.clusterIP, name)
    let problems = try await plane.apply(table, table.changes(since: ServiceTable()))
    guard problems.isEmpty else { fatalError("\(problems)") }
    while true { try await Task.sleep(for: .seconds(3600)) }
}
