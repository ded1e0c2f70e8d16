import Addresses
import LoadBalancing
import Testing
import Wire

@testable import DataPlanes

@Suite struct ConnectionCounterTests {
    static let web = ServicePortName.web()
    static let address = "10.96.0.9:80"

    static var table: ServiceTable {
        var table = UDPServiceScene().table
        table.servicePorts[web] = ServicePortState(cluster: [.a, .b])
        table.frontends[FrontendAddress(address)] = Frontend(.clusterIP, web)
        table.frontends[FrontendAddress(.node(.ipv4), 30080, .tcp)] = Frontend(.nodePort, web)
        return table
    }

    @Test func `Connections are counted by ServicePort and backend, over all addresses`() {
        let counter = ConnectionCounter([Self.web, UDPServiceScene.dns], in: Self.table)
        var counts: ConnectionCounter.Counts = [:]
        for connection: ConntrackEntry in [
            .flow(.tcp, to: Self.address, .a), .flow(.tcp, to: "192.0.2.3:30080", .a),
            .flow(.tcp, to: Self.address, .b), .flow(to: "10.96.0.10:53", .a),
            // Not ours: another protocol, another port, not rewritten.
            .flow(to: Self.address, .a), .flow(.tcp, to: "10.96.0.9:81", .a),
            .flow(.tcp, to: Self.address, nil),
        ] {
            counter.add(connection, to: &counts)
        }
        #expect(
            counts == [
                Self.web: [Backend.a.socketAddress: 2, Backend.b.socketAddress: 1],
                UDPServiceScene.dns: [Backend.a.socketAddress: 1],
            ])
    }

    @Test func `Only the ServicePorts that are asked for are counted, with one walk a family`() {
        let counter = ConnectionCounter([Self.web], in: Self.table)
        var counts: ConnectionCounter.Counts = [:]
        counter.add(.flow(to: "10.96.0.10:53", .a), to: &counts)
        #expect(counts.isEmpty)
        #expect(counter.scans == [ConntrackFilter(.ipv4, .tcp, status: .destinationNAT)])
        let both = ConnectionCounter([Self.web, UDPServiceScene.dns], in: Self.table)
        #expect(both.scans == [ConntrackFilter(.ipv4, status: .destinationNAT)])
        #expect(ConnectionCounter([], in: Self.table).scans.isEmpty)
    }

    @Test(arguments: [
        (ConntrackTCPState.synSent, true), (.synReceived, true), (.established, true),
        (.finWait, true), (.closeWait, true), (.synSent2, true), (.lastAcknowledgement, false),
        (.timeWait, false), (.close, false), (.none, false),
    ])
    func `A TCP connection is open until both sides have closed`(
        state: ConntrackTCPState, isOpen: Bool
    ) {
        var connection = ConntrackEntry.flow(.tcp, to: Self.address, .a)
        connection.tcpState = state
        #expect(connection.isOpen == isOpen)
    }

    @Test(arguments: [
        (ConntrackSCTPState.cookieWait, true), (.established, true), (.shutdownSent, true),
        (.closed, false), (.shutdownAcknowledged, false), (.none, false),
    ])
    func `An SCTP association is open until its end is acknowledged`(
        state: ConntrackSCTPState, isOpen: Bool
    ) {
        var association = ConntrackEntry.flow(.sctp, to: Self.address, .a)
        association.sctpState = state
        #expect(association.isOpen == isOpen)
    }
}
