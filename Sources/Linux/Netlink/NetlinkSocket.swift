import CLinux
import Glibc
package import Wire

/// A netlink socket to the kernel. Its calls block for as long as the kernel needs, which is short; it belongs to
/// the network namespace of the thread that made it, whichever thread uses it later.
package struct NetlinkSocket: ~Copyable, Sendable {
    /// The kernel's subsystem: the number of linux/netlink.h.
    package enum Subsystem: Int32, Sendable {
        case route = 0
        case netfilter = 12
    }

    /// What is told without being asked.
    package struct Groups: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let links = Groups(rawValue: UInt32(CLINUX_GROUP_LINKS))
        package static let addresses = Groups(
            rawValue: UInt32(CLINUX_GROUP_IPV4_ADDRESSES | CLINUX_GROUP_IPV6_ADDRESSES))
    }

    package let descriptor: OwnedDescriptor
    var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 65536)

    package init(
        _ subsystem: Subsystem = .route, hearing groups: Groups = []
    ) throws(NetlinkError) {
        do {
            let (number, bits) = (subsystem.rawValue, groups.rawValue)
            descriptor = OwnedDescriptor(
                owning: try checked("socket AF_NETLINK") { clinux_netlink_socket(number, bits) })
        } catch {
            throw .failed(error)
        }
    }

    /// Asks for one thing and waits until the kernel has done it. `operation` names it in errors.
    package mutating func request(
        _ type: NetlinkMessageType, _ flags: NetlinkFlags = [], _ payload: some NetlinkPayload,
        operation: String
    ) throws(NetlinkError) {
        sequence &+= 1
        try send(
            NetlinkMessage(
                type: type, flags: flags.union([.request, .acknowledge]), sequence: sequence,
                payload: payload), operation)
        while true {
            for message in try receive(operation) where message.sequence == sequence {
                guard message.type == .error else { continue }
                return try Self.check(message, operation)
            }
        }
    }

    /// Asks for a list and returns every item of it. A list that changed under way is asked for again.
    package mutating func dump<Item: NetlinkPayload>(
        _ type: NetlinkMessageType, _ payload: Item, operation: String
    ) throws(NetlinkError) -> [Item] {
        for _ in 0..<16 {
            if let items = try dumpOnce(type, payload, operation) { return items }
        }
        throw .neverConsistent(operation: operation)
    }

    private mutating func dumpOnce<Item: NetlinkPayload>(
        _ type: NetlinkMessageType, _ payload: Item, _ operation: String
    ) throws(NetlinkError) -> [Item]? {
        sequence &+= 1
        try send(
            NetlinkMessage(
                type: type, flags: [.request, .dump], sequence: sequence, payload: payload),
            operation)
        var items: [Item] = []
        var isConsistent = true
        while true {
            for message in try receive(operation) where message.sequence == sequence {
                if message.flags.contains(.dumpInterrupted) { isConsistent = false }
                switch message.type {
                case .done: return isConsistent ? items : nil
                case .error: try Self.check(message, operation)
                default:
                    do throws(NetlinkParseError) {
                        items.append(try message.payload(as: Item.self))
                    } catch {
                        throw .malformed(operation: operation, error)
                    }
                }
            }
        }
    }

    /// Waits for the next notifications of the groups it hears. ENOBUFS means that some were lost.
    package mutating func notifications() throws(NetlinkError) -> [NetlinkMessage] {
        try receive("netlink notifications")
    }

    static func check(
        _ message: NetlinkMessage, _ operation: String
    ) throws(NetlinkError) {
        let reply: NetlinkErrorReply
        do {
            reply = try NetlinkErrorReply(parsing: message)
        } catch {
            throw .malformed(operation: operation, error)
        }
        guard reply.code != 0 else { return }
        throw .refused(
            operation: operation, Errno(rawValue: reply.code), reason: reply.message)
    }

    /// The sequence number of the next request; `count` of them are taken.
    mutating func nextSequence(_ count: UInt32 = 1) -> UInt32 {
        defer { sequence &+= count }
        return sequence &+ 1
    }

    private func send(
        _ message: NetlinkMessage, _ operation: String
    ) throws(NetlinkError) {
        try send(message.encoded(), operation)
    }

    func send(_ bytes: [UInt8], _ operation: String) throws(NetlinkError) {
        let raw = descriptor.raw
        do {
            try checked("\(operation): send") { Glibc.send(raw, bytes, bytes.count, 0) }
        } catch {
            throw .failed(error)
        }
    }

    mutating func receive(_ operation: String) throws(NetlinkError) -> [NetlinkMessage] {
        try Self.messages(of: try receiveDatagram(operation), operation)
    }

    /// What is there already; nil where nothing is.
    mutating func receiveNow(_ operation: String) throws(NetlinkError) -> [NetlinkMessage]? {
        guard let datagram = try receiveDatagram(operation, waits: false) else { return nil }
        return try Self.messages(of: datagram, operation)
    }

    private static func messages(
        of datagram: [UInt8], _ operation: String
    ) throws(NetlinkError) -> [NetlinkMessage] {
        do throws(NetlinkParseError) {
            return try NetlinkMessage.parse(datagram)
        } catch {
            throw .malformed(operation: operation, error)
        }
    }

    mutating func receiveDatagram(_ operation: String) throws(NetlinkError) -> [UInt8] {
        try receiveDatagram(operation, waits: true) ?? []
    }

    private mutating func receiveDatagram(
        _ operation: String, waits: Bool
    ) throws(NetlinkError) -> [UInt8]? {
        let raw = descriptor.raw
        do throws(SystemError) {
            let count = try checked("\(operation): receive") {
                buffer.withUnsafeMutableBytes {
                    waits
                        ? clinux_netlink_receive(raw, $0.baseAddress, $0.count)
                        : clinux_netlink_receive_now(raw, $0.baseAddress, $0.count)
                }
            }
            guard count <= buffer.count else {
                throw SystemError(.messageTooLong, "\(operation): receive")
            }
            return Array(buffer[..<count])
        } catch {
            if !waits, error.errno == .again { return nil }
            throw .failed(error)
        }
    }
}

// MARK: Options

extension NetlinkSocket {
    /// The address that the kernel gave the socket: notifications of what was done through it carry it.
    package var portID: UInt32 {
        UInt32(truncatingIfNeeded: clinux_netlink_port(descriptor.raw))
    }

    /// Hears a multicast group by its number (NFNLGRP_…).
    package func join(group: UInt32) throws(NetlinkError) {
        let (raw, group) = (descriptor.raw, Int32(group))
        do {
            try checked("join netlink group \(group)") { clinux_netlink_join(raw, group) }
        } catch {
            throw .failed(error)
        }
    }

    package func leave(group: UInt32) throws(NetlinkError) {
        let (raw, group) = (descriptor.raw, Int32(group))
        do {
            try checked("leave netlink group \(group)") { clinux_netlink_leave(raw, group) }
        } catch {
            throw .failed(error)
        }
    }

    /// How many bytes may be on the way at once; more than the host's limit needs CAP_NET_ADMIN.
    package func setBuffers(send: Int32, receive: Int32) throws(NetlinkError) {
        let raw = descriptor.raw
        do {
            try checked("SO_SNDBUFFORCE") { clinux_socket_send_buffer(raw, send) }
            try checked("SO_RCVBUFFORCE") { clinux_socket_receive_buffer(raw, receive) }
        } catch {
            throw .failed(error)
        }
    }
}
