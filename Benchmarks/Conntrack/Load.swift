import Addresses
import Linux
import LoadBalancing
import Wire

/// UDP flows and TCP connections to a hundred Services of ten backends, half of each.
struct Load {
    static let services = 100
    static let backends = 10

    let entries: Int

    static func frontend(_ service: Int) -> IPSocketAddress {
        IPSocketAddress(IPAddress(ipv4: 0x0A60_0100 + UInt32(service)), 53)
    }

    static func backend(_ service: Int, _ number: Int) -> Backend {
        Backend(IPAddress(ipv4: 0x0AF4_0000 + UInt32(service * 256 + number)), 5353)
    }

    static func name(_ service: Int, _ protocol: L4Protocol) -> ServicePortName {
        ServicePortName(
            namespace: "default", service: "s\(service)", port: "", protocol: `protocol`,
            family: .ipv4)
    }

    static var table: ServiceTable {
        var table = ServiceTable()
        table.serviceCIDRs = [IPPrefix("10.96.0.0/16")!]
        for service in 0..<services {
            for `protocol` in [L4Protocol.tcp, .udp] {
                let name = name(service, `protocol`)
                table.servicePorts[name] = ServicePortState(
                    cluster: (0..<backends).map { backend(service, $0) })
                let frontend = frontend(service)
                table.frontends[
                    FrontendAddress(.address(frontend.address), frontend.port, `protocol`)] =
                    Frontend(.clusterIP, name)
            }
        }
        return table
    }

    /// Has the kernel track them, without a packet.
    func insert() throws {
        var socket = try NetlinkSocket(.netfilter)
        var batch: [ConntrackMessage] = []
        for number in 0..<entries {
            batch.append(message(number))
            guard batch.count == 100 || number == entries - 1 else { continue }
            _ = try socket.requests(
                .newConntrackEntry, batch, settled: [.alreadyExists], operation: "track")
            batch.removeAll(keepingCapacity: true)
        }
    }

    private func message(_ number: Int) -> ConntrackMessage {
        let `protocol`: L4Protocol = number % 2 == 0 ? .udp : .tcp
        let service = number / 2 % Self.services
        let client = number / 2 / Self.services
        let source = IPSocketAddress(
            IPAddress(ipv4: 0x0A0A_0000 + UInt32(client / 50_000)), Port(10_000 + client % 50_000))
        let destination = Self.frontend(service)
        var message = ConntrackMessage()
        message.family = .ipv4
        message.original = ConntrackTuple(`protocol`, from: source, to: destination)
        message.reply = ConntrackTuple(`protocol`, from: destination, to: source)
        message.status = [.confirmed, .seenReply, .assured]
        message.timeout = 3600
        message.tcpState = `protocol` == .tcp ? .established : nil
        message.destinationNAT = Self.backend(service, client % Self.backends).socketAddress
        return message
    }
}
