package import Addresses
package import KubeAPI
import Linux

/// Where a probe is sent.
package struct ProbeTarget: Sendable {
    /// The Pod's address, for checks that name no host.
    package var address: IPAddress
    /// The container's ports by name.
    package var ports: [String: Port]
    /// Runs a command inside the Pod, for at most that long; nil where there is no inside.
    package var execute: (@Sendable ([String], Duration) async -> ProbeResult)?

    package init(
        address: IPAddress, ports: [String: Port] = [:],
        execute: (@Sendable ([String], Duration) async -> ProbeResult)? = nil
    ) {
        self.address = address
        self.ports = ports
        self.execute = execute
    }
}

/// Runs checks of probes as a kubelet does: from the host, against the Pod's address.
package enum ProbeCheck {
    /// Runs a check once; never longer than `timeout`, and without blocking a thread of the cooperative pool.
    package static func run(
        _ check: Probe.Check, against target: ProbeTarget, timeout: Duration
    ) async -> ProbeResult {
        do throws(ProbeFailure) {
            switch check {
            case .tcpSocket(let host, let port):
                _ = try await ProbeConnection(
                    to: try target.socketAddress(host, port), until: .now + timeout)
                return .success
            case .httpGet("HTTP", let host, let port, let path, let headers):
                let address = try target.socketAddress(host, port)
                let request = try HTTPProbeRequest(address: address, path: path, headers: headers)
                return try await get(request, address, until: .now + timeout)
            case .httpGet(let scheme, _, _, _, _):
                return .unsupported("\(scheme) probes are not supported: use HTTP or tcpSocket")
            case .exec(let command):
                guard let execute = target.execute else {
                    return .unsupported("there is no process to run \(command) beside")
                }
                return await execute(command, timeout)
            case .unsupported(let kind):
                return .unsupported("\(kind) probes are not supported")
            }
        } catch {
            return .failure(error.description)
        }
    }

    private static func get(
        _ request: HTTPProbeRequest, _ address: IPSocketAddress,
        until deadline: ContinuousClock.Instant
    ) async throws(ProbeFailure) -> ProbeResult {
        let connection = try await ProbeConnection(to: address, until: deadline)
        try await connection.send(request.bytes, until: deadline)
        var answer: [UInt8] = []
        while true {
            switch HTTPProbeRequest.statusCode(of: answer) {
            case .code(let code) where (200..<400).contains(code):
                // To the end, as far as that is near: a server that is cut off in the middle complains about it.
                while answer.count < 10_240,
                    let more = try? await connection.receive(until: deadline)
                {
                    answer += more
                }
                return .success
            case .code(let code):
                return .failure("HTTP probe failed with statuscode: \(code)")
            case .malformed: return .failure("http://\(address): the answer is not HTTP")
            case .incomplete:
                guard let more = try await connection.receive(until: deadline) else {
                    return .failure("http://\(address): closed before the answer")
                }
                answer += more
            }
        }
    }
}

/// Why a check could not be made, in words.
struct ProbeFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

extension ProbeTarget {
    /// A `host` of a check must be an address: names are not looked up.
    func socketAddress(
        _ host: String?, _ port: IntOrString
    ) throws(ProbeFailure) -> IPSocketAddress {
        var address = address
        if let host, !host.isEmpty {
            guard let other = IPAddress(host) else {
                throw ProbeFailure("host \(host): must be an IP address")
            }
            address = other
        }
        switch port {
        case .integer(let number):
            guard let port = Port(exactly: number), port > 0 else {
                throw ProbeFailure("port \(number): must be 1 to 65535")
            }
            return IPSocketAddress(address, port)
        case .string(let name):
            guard let port = ports[name] ?? Port(name), port > 0 else {
                throw ProbeFailure("port \(name): no container port has this name")
            }
            return IPSocketAddress(address, port)
        }
    }
}
