import Addresses
import Linux

/// One address that is listened on, with both transports on the same port.
final class Listener: Sendable {
    /// With the port that the kernel chose where 0 was asked for.
    let address: IPSocketAddress
    let udp: UDPSocket
    let tcp: TCPListener

    /// So often a free UDP port is looked for whose TCP twin is free too.
    private static let tries = 16
    /// Room for bursts: the kernel may clamp it.
    private static let receiveBuffer: Int32 = 4 << 20

    init(on asked: IPSocketAddress) throws(DNSServerError) {
        var triesLeft = asked.port == 0 ? Self.tries : 1
        while true {
            triesLeft -= 1
            let udp = try Self.bindUDP(asked)
            let address: IPSocketAddress
            do {
                address = try udp.localAddress()
                tcp = try TCPListener(on: IPSocketAddress(asked.address, address.port))
            } catch {
                if error.errno == .addressInUse, triesLeft > 0 { continue }
                throw .cannotListen(asked, transport: "TCP", error)
            }
            self.udp = udp
            self.address = address
            return
        }
    }

    private static func bindUDP(_ address: IPSocketAddress) throws(DNSServerError) -> UDPSocket {
        do {
            // On a wildcard the reply must leave from the address that was asked.
            let socket = try UDPSocket(
                bound: address, address.address.isUnspecified ? .packetInfo : [])
            try socket.descriptor.setBuffers(receive: receiveBuffer, send: nil)
            return socket
        } catch {
            throw .cannotListen(address, transport: "UDP", error)
        }
    }
}
