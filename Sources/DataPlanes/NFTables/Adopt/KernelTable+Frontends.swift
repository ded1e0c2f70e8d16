import Addresses
import LoadBalancing
import Wire

extension KernelTable {
    /// The UDP frontends that the table serves, by its elements: what an earlier process, maybe, was told of.
    func udpFrontends(_ family: IPFamily) -> Set<FrontendAddress> {
        var frontends: Set<FrontendAddress> = []
        let width = family == .ipv4 ? 4 : 16
        for key in content[.servicePorts].keys {
            guard let address = key.key.address(family, at: 0) else { continue }
            if let port = key.key.udpPort(at: width) {
                frontends.insert(FrontendAddress(.address(address), port, .udp))
            }
        }
        for key in content[.nodePorts].keys {
            if let port = key.key.udpPort(at: 0) {
                frontends.insert(FrontendAddress(.node(family), port, .udp))
            }
        }
        return frontends
    }
}

extension NFTables.Value {
    /// The port after protocol UDP; nil where another protocol is.
    fileprivate func udpPort(at offset: Int) -> Port? {
        l4Protocol(at: offset) == .udp ? port(at: offset + 4) : nil
    }
}
