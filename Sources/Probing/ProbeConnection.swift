import Addresses
import Linux

/// A TCP connection with a deadline, for one probe.
struct ProbeConnection: ~Copyable {
    private let socket: TCPSocket
    private let peer: IPSocketAddress

    init(
        to address: IPSocketAddress, until deadline: ContinuousClock.Instant
    ) async throws(ProbeFailure) {
        peer = address
        do throws(SystemError) {
            let socket = try TCPSocket(address.address.family)
            if try !socket.connect(to: address) {
                let isDecided = try await DescriptorWaits.shared.wait(
                    for: .writable, on: socket.descriptor, timeout: deadline - .now)
                let failure = isDecided ? socket.descriptor.takeSocketError() : .timedOut
                if let failure { throw SystemError(failure, "connect") }
            }
            self.socket = socket
        } catch {
            throw ProbeFailure("dial tcp \(address): \(error.errno)")
        }
    }

    func send(
        _ bytes: [UInt8], until deadline: ContinuousClock.Instant
    ) async throws(ProbeFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ socket.send($0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: try await wait(.writable, until: deadline)
            case .failed(let errno): throw ProbeFailure("write to \(peer): \(errno)")
            case .end: throw ProbeFailure("write to \(peer): closed")
            }
        }
    }

    /// What has come; nil at the end.
    func receive(
        until deadline: ContinuousClock.Instant
    ) async throws(ProbeFailure) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            switch buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
            case .bytes(let count): return Array(buffer[..<count])
            case .end: return nil
            case .wouldBlock: try await wait(.readable, until: deadline)
            case .failed(let errno): throw ProbeFailure("read from \(peer): \(errno)")
            }
        }
    }

    private func wait(
        _ interest: Epoll.Interest, until deadline: ContinuousClock.Instant
    ) async throws(ProbeFailure) {
        let isReady = try? await DescriptorWaits.shared.wait(
            for: interest, on: socket.descriptor, timeout: deadline - .now)
        guard isReady == true else { throw ProbeFailure("\(peer): no answer in time") }
    }
}
