import Addresses
package import LoadBalancing
import Wire

/// Packets' way through the hooks.
extension FakeKernel {
    /// The whole way of a connection's first packet.
    package mutating func connect(_ packet: Packet, slot: UInt32? = nil) -> FakeConnection {
        var connection = arrive(packet, slot: slot)
        leave(&connection)
        return connection
    }

    /// Up to the routing decision. What the sender left in `meta priority` is anything.
    package mutating func arrive(_ packet: Packet, slot: UInt32? = nil) -> FakeConnection {
        var connection = FakeConnection(
            packet, priority: UInt32.random(in: 0...20, using: &random), slot: slot)
        run(packet.isFromHost ? .output : .prerouting, &connection)
        connection.isPastDNAT = true
        return connection
    }

    /// From the routing decision on: to a process of this host, or out again. What the host sends to itself is
    /// through with the hooks of a connection's beginning when it comes in.
    package mutating func leave(_ connection: inout FakeConnection) {
        guard connection.outcome == .underway else { return }
        let isLocal = localAddresses.contains(connection.destination.address)
        if isLocal, !connection.packet.isFromHost {
            run(.input, &connection)
        } else {
            if !connection.packet.isFromHost { run(.forward, &connection) }
            run(.postrouting, &connection)
        }
        guard connection.outcome == .underway else { return }
        connection.outcome =
            connection.isTranslated
            ? .translated(
                to: connection.destination, isMasqueraded: connection.isMasqueraded) : .passed
    }

    private mutating func run(_ point: NFTables.Hook.Point, _ connection: inout FakeConnection) {
        let family = NFTables.family(connection.packet.destination.family)
        for key in Array(tables.keys) where key.family == family {
            guard var table = tables.removeValue(forKey: key) else { continue }
            for chain in table.baseChains(point) where connection.outcome == .underway {
                var run = FakeRun(
                    connection: connection, random: random, now: now,
                    localAddresses: localAddresses)
                let isDecided = run.walk(chain.name, &table)
                if !isDecided, chain.hook?.policy == .drop { run.connection.outcome = .dropped }
                (connection, random) = (run.connection, run.random)
            }
            tables[key] = table
        }
    }
}
